/// Every number of the wire protocol that binds both sides, with its unit (wire document, sections 1 to 3 and 6).
package enum WireLimits {
    /// `length`, call kind, flags, method and call id.
    package static let headerBytes = 12
    /// The part of the header that `length` counts.
    package static let countedHeaderBytes = 8
    package static let frameBytesDefault: UInt32 = 16 * 1_048_576 + 8
    package static let frameBytesLeast: UInt32 = 1_048_576 + 8
    package static let frameBytesMost: UInt32 = 64 * 1_048_576 + 8
    /// Of a connection's first frame.
    package static let firstFrameBytesMax: UInt32 = 65_536 + 8
    package static let dataBytesMax = 256 * 1_024
    package static let pingBytesMax = 64
    package static let statusMessageCharactersMax = 500
    package static let statusFieldCharactersMax = 500

    package static let clientNameBytesMax = 128
    package static let tokenBytesMax = 4_096
    package static let pipelineBytesMax = 64
    package static let idempotencyKeyBytesMax = 128
    package static let labelsMax = 32
    package static let labelKeyBytesMax = 64
    package static let labelValueBytesMax = 256
    package static let parametersMax = 64
    package static let parameterBytesMax = 65_536
    package static let taskIDsMax = 1_000
    package static let taskIDBytesMax = 64
    package static let cancelReasonCharactersMax = 500
    package static let urlBytesMax = 8_192
    package static let pathBytesMax = 4_096
    package static let digestBytes = 32
    package static let callerBytesMax = 64
    package static let engineBytesMax = 128
    package static let noteBytesMax = 1_024
    package static let runBytesMax = 128
    package static let pageTokenBytesMax = 512
    /// Tasks on one page: what a request may ask for, and what it gets where it says 0.
    package static let pageSizeMax: UInt32 = 500
    package static let pageSizeDefault: UInt32 = 100
    package static let priorityMax: Int32 = 100

    /// Memory that unpacking a payload of `bytes` bytes may take.
    package static func arenaBytes(forPayload bytes: Int) -> Int {
        min(16 * bytes, bytes + 4 * 1_048_576) + 64 * 1_024
    }
}
