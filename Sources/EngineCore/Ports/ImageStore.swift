/// Images and results by their SHA-256. Safe from any thread; calls may block on the disk.
package protocol ImageStore: Sendable {
    /// Begins a file under a temporary name.
    func makeWriter() throws(StoreError) -> any ImageWriter
    /// Opens an image for reading; the reader stays good when the image is removed meanwhile. `missing` when it is not there.
    func open(_ digest: ContentDigest) throws(StoreError) -> any ImageReader
    func contains(_ digest: ContentDigest) -> Bool
    /// Where the image's file is, for a backend that reads it itself.
    func path(of digest: ContentDigest) -> String
}

/// One file in the making. Used by one thread at a time. Dropped without `commit` it leaves nothing behind.
package protocol ImageWriter: Sendable {
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError)
    /// Syncs the bytes, gives the file its name and syncs the folder; where that content is there already, only drops the copy.
    func commit(as digest: ContentDigest) throws(StoreError)
    func discard()
}

/// Positioned reads of one image; safe from any thread.
package protocol ImageReader: Sendable {
    var sizeBytes: Int64 { get }
    /// Fills as much of `buffer` as there are bytes from `offset`; 0 at the end.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int
}
