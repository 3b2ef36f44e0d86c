package import CProtobufC
package import NIOCore

/// Unpacks and packs messages, each straight from and into a buffer's memory. One for each event loop: it owns the arena.
package final class WireCodec {
    let arena = Arena()

    package init() {}

    /// Unpacks a payload. PAYLOAD_INVALID or PAYLOAD_TOO_COMPLEX for its form and memory, TEXT_INVALID and FIELD_INVALID for its fields.
    package func unpack<Message: WireMessage>(_ type: Message.Type, from payload: ByteBuffer) throws(WireError)
        -> Message
    {
        let bytes = payload.readableBytes
        arena.reset(limit: WireLimits.arenaBytes(forPayload: bytes))
        var result: Result<Message, WireError>?
        payload.withUnsafeReadableBytes { raw in result = unpack(raw) }
        guard let result else { throw WireError(.internalFault, "the payload could not be read") }
        return try result.get()
    }

    private func unpack<Message: WireMessage>(_ raw: UnsafeRawBufferPointer) -> Result<Message, WireError> {
        do throws(WireError) {
            return .success(
                try arena.withAllocator { allocator throws(WireError) in
                    let start = raw.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    guard let message = Message.unpackC(allocator, raw.count, start) else { throw refusal() }
                    return try Message(message.pointee, at: "")
                })
        } catch {
            return .failure(error)
        }
    }

    private func refusal() -> WireError {
        arena.isExhausted
            ? WireError(
                .payloadTooComplex, "the payload would take more memory than its size allows: send fewer fields")
            : WireError(.payloadInvalid, "the payload is not a message of this method")
    }

    /// Appends a whole frame with `message` as its payload; `payloadBytesMax` bounds what the receiver takes.
    package func write(
        _ message: some WireMessage, as kind: FrameKind, method: UInt16 = 0, call: UInt32 = 0, hasMore: Bool = false,
        to buffer: inout ByteBuffer
    ) throws(WireError) {
        arena.reset(limit: Int(WireLimits.frameBytesMost) * 2)
        let packer = Packer(arena: arena)
        let pointer = packer.base(try message.build(packer))
        try pack(pointer, as: kind, method: method, call: call, hasMore: hasMore, to: &buffer)
    }

    private func pack(
        _ message: UnsafePointer<ProtobufCMessage>, as kind: FrameKind, method: UInt16, call: UInt32, hasMore: Bool,
        to buffer: inout ByteBuffer
    ) throws(WireError) {
        let bytes = protobuf_c_message_get_packed_size(message)
        guard bytes <= Int(WireLimits.frameBytesMost) else {
            throw WireError(.frameLength, "a message of \(bytes) bytes is larger than any frame")
        }
        buffer.reserveCapacity(minimumWritableBytes: WireLimits.headerBytes + bytes)
        FrameHeader(kind, hasMore: hasMore, method: method, call: call, payloadBytes: bytes).write(to: &buffer)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes) { raw in
            guard let start = raw.baseAddress else { return 0 }
            return protobuf_c_message_pack(message, start.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The size of a message alone, for those that split what they send.
    package func packedBytes(_ message: some WireMessage) throws(WireError) -> Int {
        arena.reset(limit: Int(WireLimits.frameBytesMost) * 2)
        let packer = Packer(arena: arena)
        return protobuf_c_message_get_packed_size(packer.base(try message.build(packer)))
    }
}

/// A message of the wire: a Swift value, and its C form for as long as a call of the codec lasts.
package protocol WireMessage: Sendable {
    associatedtype C
    /// protobuf-c's own unpack function of this message.
    static var unpackC: UnpackC<C> { get }
    /// Judges and copies what the C form holds; `path` stands before the names of its fields in errors.
    init(_ form: C, at path: String) throws(WireError)
    /// Builds the C form in the packer's arena. Its first member is protobuf-c's base, so its address is the message's.
    func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<C>
}

package typealias UnpackC<C> = (UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?) ->
    UnsafeMutablePointer<C>?

/// Builds C forms in an arena: every pointer in them stays good until the arena's next reset.
package struct Packer {
    let arena: Arena

    private func full() -> WireError { WireError(.internalFault, "a message is too large to send") }

    /// An initialised C struct.
    func make<C>(_ initialise: (UnsafeMutablePointer<C>?) -> Void, _ fill: (inout C) throws(WireError) -> Void)
        throws(WireError)
        -> UnsafeMutablePointer<C>
    {
        guard let memory = arena.allocate(MemoryLayout<C>.size) else { throw full() }
        let pointer = memory.bindMemory(to: C.self, capacity: 1)
        initialise(pointer)
        try fill(&pointer.pointee)
        return pointer
    }

    func base<C>(_ pointer: UnsafeMutablePointer<C>) -> UnsafePointer<ProtobufCMessage> {
        UnsafeRawPointer(pointer).assumingMemoryBound(to: ProtobufCMessage.self)
    }

    func bytes(_ bytes: some Collection<UInt8>) throws(WireError) -> ProtobufCBinaryData {
        guard !bytes.isEmpty else { return ProtobufCBinaryData(len: 0, data: nil) }
        guard let memory = arena.allocate(bytes.count) else { throw full() }
        let target = UnsafeMutableRawBufferPointer(start: memory, count: bytes.count)
        target.copyBytes(from: bytes)
        return ProtobufCBinaryData(len: bytes.count, data: memory.assumingMemoryBound(to: UInt8.self))
    }

    func text(_ text: String) throws(WireError) -> ProtobufCBinaryData { try bytes(text.utf8) }

    /// An array of pointers, as protobuf-c wants repeated messages.
    func pointers<C>(_ pointers: [UnsafeMutablePointer<C>]) throws(WireError) -> UnsafeMutablePointer<
        UnsafeMutablePointer<C>?
    >? {
        guard !pointers.isEmpty else { return nil }
        let bytes = pointers.count * MemoryLayout<UnsafeMutablePointer<C>?>.stride
        guard let memory = arena.allocate(bytes) else { throw full() }
        let array = memory.bindMemory(to: UnsafeMutablePointer<C>?.self, capacity: pointers.count)
        for (index, pointer) in pointers.enumerated() { (array + index).initialize(to: pointer) }
        return array
    }

    func messages<Message: WireMessage>(_ messages: [Message]) throws(WireError) -> UnsafeMutablePointer<
        UnsafeMutablePointer<Message.C>?
    >? {
        var built: [UnsafeMutablePointer<Message.C>] = []
        for message in messages { built.append(try message.build(self)) }
        return try pointers(built)
    }

    func texts(_ texts: [String]) throws(WireError) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
        var built: [ProtobufCBinaryData] = []
        for text in texts { built.append(try self.text(text)) }
        return try array(built)
    }

    /// An array of values, as protobuf-c wants every other repeated field.
    func array<Value: BitwiseCopyable>(_ values: [Value]) throws(WireError) -> UnsafeMutablePointer<Value>? {
        guard !values.isEmpty else { return nil }
        guard let memory = arena.allocate(values.count * MemoryLayout<Value>.stride) else { throw full() }
        let array = memory.bindMemory(to: Value.self, capacity: values.count)
        for (index, value) in values.enumerated() { (array + index).initialize(to: value) }
        return array
    }
}
