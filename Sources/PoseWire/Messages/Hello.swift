package import CPoseProto

/// The client's first message: the versions it speaks and who it is.
package struct Hello: WireMessage, Equatable {
    package var minVersion: UInt32 = 0
    package var maxVersion: UInt32 = 0
    /// For logs.
    package var clientName = ""
    /// The caller's bearer secret; empty: none.
    package var token = ""
    /// 0: 16 MiB + 8.
    package var maxFrameBytes: UInt32 = 0

    package init() {}
}

extension Hello {
    package static var unpackC: UnpackC<Posetransfer__V1__Hello> { posetransfer__v1__hello__unpack }

    package init(_ form: Posetransfer__V1__Hello, at path: String) throws(WireError) {
        minVersion = form.min_version
        maxVersion = form.max_version
        clientName = try form.client_name.text(path + "client_name", bytesMax: WireLimits.clientNameBytesMax)
        token = try form.token.text(path + "token", bytesMax: WireLimits.tokenBytesMax)
        maxFrameBytes = form.max_frame_bytes
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__Hello> {
        try packer.make(posetransfer__v1__hello__init) { (form: inout Posetransfer__V1__Hello) throws(WireError) in
            form.min_version = minVersion
            form.max_version = maxVersion
            form.client_name = try packer.text(clientName)
            form.token = try packer.text(token)
            form.max_frame_bytes = maxFrameBytes
        }
    }
}

/// The server's first message: the version of this connection, its limits, and how far its events go.
package struct Welcome: WireMessage, Equatable {
    package var version: UInt32 = 0
    package var serverName = ""
    package var build = ""
    /// The data folder's own name: another one has other tasks and cursors.
    package var instanceID = ""
    /// The highest ever shown.
    package var cursor: UInt64 = 0
    package var limits = ServerLimits()

    package init() {}
}

extension Welcome {
    package static var unpackC: UnpackC<Posetransfer__V1__Welcome> { posetransfer__v1__welcome__unpack }

    package init(_ form: Posetransfer__V1__Welcome, at path: String) throws(WireError) {
        version = form.version
        serverName = try form.server_name.text(path + "server_name")
        build = try form.build.text(path + "build")
        instanceID = try form.instance_id.text(path + "instance_id")
        cursor = form.cursor
        if let limits = form.limits { self.limits = try ServerLimits(limits.pointee, at: path + "limits.") }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__Welcome> {
        try packer.make(posetransfer__v1__welcome__init) { (form: inout Posetransfer__V1__Welcome) throws(WireError) in
            form.version = version
            form.server_name = try packer.text(serverName)
            form.build = try packer.text(build)
            form.instance_id = try packer.text(instanceID)
            form.cursor = cursor
            form.limits = try limits.build(packer)
        }
    }
}

/// What a server takes and how long it waits.
public struct ServerLimits: WireMessage, Equatable {
    public var maxFrameBytes: UInt32 = 0
    /// Calls in work on one connection.
    public var maxCalls: UInt32 = 0
    /// Open streams, downloads and uploads on one connection.
    public var maxStreams: UInt32 = 0
    public var maxImageBytes: UInt64 = 0
    public var maxImagePixels: UInt64 = 0
    public var handshakeTimeoutMilliseconds: UInt32 = 0
    public var frameTimeoutMilliseconds: UInt32 = 0
    public var writeTimeoutMilliseconds: UInt32 = 0
    public var keepaliveTimeoutMilliseconds: UInt32 = 0
    public var idleTimeoutMilliseconds: UInt32 = 0
    public var drainTimeoutMilliseconds: UInt32 = 0
    /// 0: off.
    public var maxConnectionAgeMilliseconds: UInt32 = 0
    public var resultRetentionMilliseconds: UInt64 = 0
    public var taskRetentionMilliseconds: UInt64 = 0
    public var defaultStartByMilliseconds: UInt64 = 0

    public init() {}
}

extension ServerLimits {
    package static var unpackC: UnpackC<Posetransfer__V1__Limits> { posetransfer__v1__limits__unpack }

    package init(_ form: Posetransfer__V1__Limits, at path: String) throws(WireError) {
        maxFrameBytes = form.max_frame_bytes
        maxCalls = form.max_calls
        maxStreams = form.max_streams
        maxImageBytes = form.max_image_bytes
        maxImagePixels = form.max_image_pixels
        handshakeTimeoutMilliseconds = form.handshake_timeout_ms
        frameTimeoutMilliseconds = form.frame_timeout_ms
        writeTimeoutMilliseconds = form.write_timeout_ms
        keepaliveTimeoutMilliseconds = form.keepalive_timeout_ms
        idleTimeoutMilliseconds = form.idle_timeout_ms
        drainTimeoutMilliseconds = form.drain_timeout_ms
        maxConnectionAgeMilliseconds = form.max_connection_age_ms
        resultRetentionMilliseconds = form.result_retention_ms
        taskRetentionMilliseconds = form.task_retention_ms
        defaultStartByMilliseconds = form.default_start_by_ms
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__Limits> {
        try packer.make(posetransfer__v1__limits__init) { (form: inout Posetransfer__V1__Limits) throws(WireError) in
            form.max_frame_bytes = maxFrameBytes
            form.max_calls = maxCalls
            form.max_streams = maxStreams
            form.max_image_bytes = maxImageBytes
            form.max_image_pixels = maxImagePixels
            form.handshake_timeout_ms = handshakeTimeoutMilliseconds
            form.frame_timeout_ms = frameTimeoutMilliseconds
            form.write_timeout_ms = writeTimeoutMilliseconds
            form.keepalive_timeout_ms = keepaliveTimeoutMilliseconds
            form.idle_timeout_ms = idleTimeoutMilliseconds
            form.drain_timeout_ms = drainTimeoutMilliseconds
            form.max_connection_age_ms = maxConnectionAgeMilliseconds
            form.result_retention_ms = resultRetentionMilliseconds
            form.task_retention_ms = taskRetentionMilliseconds
            form.default_start_by_ms = defaultStartByMilliseconds
        }
    }
}

/// No new calls on this connection.
package struct GoAway: WireMessage, Equatable {
    /// The highest call id taken; 0: none.
    package var lastCall: UInt32 = 0
    package var reason = ""
    package var retryAfterMilliseconds: UInt32 = 0

    package init() {}
}

extension GoAway {
    package static var unpackC: UnpackC<Posetransfer__V1__GoAway> { posetransfer__v1__go_away__unpack }

    package init(_ form: Posetransfer__V1__GoAway, at path: String) throws(WireError) {
        lastCall = form.last_call_id
        reason = try form.reason.text(path + "reason")
        retryAfterMilliseconds = form.retry_after_ms
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__GoAway> {
        try packer.make(posetransfer__v1__go_away__init) { (form: inout Posetransfer__V1__GoAway) throws(WireError) in
            form.last_call_id = lastCall
            form.reason = try packer.text(reason)
            form.retry_after_ms = retryAfterMilliseconds
        }
    }
}
