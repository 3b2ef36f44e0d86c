package import CProtobufC
import Glibc

/// Memory for one protobuf-c message at a time: allocation is a bump, freeing is `reset`, and there is a hard limit, because a small frame can
/// otherwise ask for fifty times its size (measured: 16 MiB of empty sub-messages take 940 MB).
///
/// One arena belongs to one event loop (or one connection of a client) and is never shared: protobuf-c calls back into it from the same
/// thread, inside `unpack`.
package final class Arena {
    /// Kept over messages; small messages never leave it.
    private let base: UnsafeMutableRawPointer
    private let baseBytes: Int
    private var used = 0
    private var chunks: [UnsafeMutableRawPointer] = []
    private var current: UnsafeMutableRawPointer
    private var currentBytes: Int
    private var taken = 0
    package private(set) var limit = 0
    /// The limit was met: the message was refused for its memory, not for its form.
    package private(set) var isExhausted = false

    package init(baseBytes: Int = 64 * 1_024) {
        self.baseBytes = baseBytes
        base = UnsafeMutableRawPointer.allocate(byteCount: baseBytes, alignment: 16)
        current = base
        currentBytes = baseBytes
    }

    deinit {
        for chunk in chunks { free(chunk) }
        base.deallocate()
    }

    /// Forgets everything and sets what the next message may take.
    package func reset(limit: Int) {
        for chunk in chunks { free(chunk) }
        chunks.removeAll(keepingCapacity: true)
        current = base
        currentBytes = baseBytes
        used = 0
        taken = 0
        self.limit = limit
        isExhausted = false
    }

    /// 16-byte aligned memory, or nil above the limit.
    package func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        let (rounded, overflow) = bytes.addingReportingOverflow(15)
        let size = rounded & ~15
        guard !overflow, bytes >= 0, taken <= limit - size else {
            isExhausted = true
            return nil
        }
        if used > currentBytes - size, !addChunk(size) { return nil }
        defer {
            used += size
            taken += size
        }
        return current + used
    }

    private func addChunk(_ size: Int) -> Bool {
        let bytes = max(size, 64 * 1_024)
        guard let chunk = malloc(bytes) else {
            isExhausted = true
            return false
        }
        chunks.append(chunk)
        current = chunk
        currentBytes = bytes
        used = 0
        return true
    }

    /// Runs `body` with an allocator that takes from this arena.
    ///
    /// Sound: the allocator lives on this stack frame and protobuf-c uses it only until `body` returns; the arena is kept alive by `self`.
    package func withAllocator<Result>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) throws(WireError) -> Result)
        throws(WireError)
        -> Result
    {
        var allocator = ProtobufCAllocator(
            alloc: { context, size in
                guard let context, size <= Int.max else { return nil }
                return Unmanaged<Arena>.fromOpaque(context).takeUnretainedValue().allocate(Int(size))
            },
            free: { _, _ in },
            allocator_data: Unmanaged.passUnretained(self).toOpaque())
        defer { extendLifetime(self) }
        return try withUnsafeMutablePointer(to: &allocator) { pointer throws(WireError) in try body(pointer) }
    }
}
