import CCurl
import Glibc

/// What libcurl calls on the engine's thread. Each callback gets the transfer as an unretained pointer; that is sound because the engine
/// keeps the transfer in its table until its handle has left the multi handle.
extension CurlTransfer {
    private static func transfer(_ pointer: UnsafeMutableRawPointer?) -> CurlTransfer? {
        pointer.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// A count other than that given ends the transfer.
    private static let endTransfer = 0

    static let onHeader: curl_write_callback = { bytes, size, count, pointer in
        guard let transfer = transfer(pointer), let buffer = buffer(bytes, size, count) else { return endTransfer }
        return transfer.collector.headerLineReceived(buffer) ? buffer.count : endTransfer
    }

    static let onBody: curl_write_callback = { bytes, size, count, pointer in
        guard let transfer = transfer(pointer), let buffer = buffer(bytes, size, count) else { return endTransfer }
        return transfer.take(buffer) ? buffer.count : endTransfer
    }

    private static func buffer(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int)
        -> UnsafeRawBufferPointer?
    {
        let (length, overflow) = size.multipliedReportingOverflow(by: count)
        return overflow ? nil : UnsafeRawBufferPointer(start: bytes, count: length)
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch collector.bodyReceived(bytes, status: status) {
        case .go: return true
        case .refuse: return false
        case .passToSink:
            do {
                try request.sink?.write(bytes)
                return true
            } catch {
                sinkError = error
                return false
            }
        }
    }

    /// Sees the address after name look-up, so that no spelling and no changing name gets past it.
    static let onOpenSocket: curl_opensocket_callback = { pointer, _, address in
        guard let transfer = transfer(pointer), let address else { return ptcurl_bad_socket() }
        guard transfer.mayDial(address) else {
            transfer.addressRefused = true
            return ptcurl_bad_socket()
        }
        return socket(address.pointee.family, address.pointee.socktype | closeOnExec, address.pointee.protocol)
    }

    private static let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)

    private func mayDial(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Bool {
        rule == .any || Self.networkAddress(address)?.isPublic == true
    }

    private static func networkAddress(_ address: UnsafeMutablePointer<curl_sockaddr>) -> NetworkAddress? {
        let length = Int(address.pointee.addrlen)
        return withUnsafeBytes(of: &address.pointee.addr) { first in
            // `addr` is declared as the short `sockaddr`; `addrlen` bytes of the true kind stand there.
            guard let start = first.baseAddress else { return nil }
            let bytes = UnsafeRawBufferPointer(start: start, count: length)
            switch address.pointee.family {
            case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
                return NetworkAddress(Array(bytes[4..<8]))
            case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
                return NetworkAddress(Array(bytes[8..<24]))
            default:
                return nil
            }
        }
    }

    /// The last moment before the request goes out, also on a connection that an earlier request opened under its own rule.
    static let onBeforeRequest: curl_prereq_callback = { pointer, remote, _, _, _ in
        guard let transfer = transfer(pointer) else { return CURL_PREREQFUNC_ABORT }
        guard transfer.rule == .any || remote.flatMap(parsed)?.isPublic == true else {
            transfer.addressRefused = true
            return CURL_PREREQFUNC_ABORT
        }
        transfer.reachedSending = true
        return CURL_PREREQFUNC_OK
    }

    private static func parsed(_ text: UnsafeMutablePointer<CChar>) -> NetworkAddress? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return NetworkAddress(Array(bytes.prefix(4))) }
        if inet_pton(AF_INET6, text, &bytes) == 1 { return NetworkAddress(bytes) }
        return nil
    }
}
