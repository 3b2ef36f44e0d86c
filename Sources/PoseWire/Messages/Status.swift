package import CPoseProto

/// How a call or a task ended.
public struct Status: WireMessage, Equatable {
    public var code = StatusCode.ok
    /// For people.
    public var message = ""
    /// Stable upper-case word for programs.
    public var reason = ""
    /// 0: not known.
    public var retryAfterMilliseconds: UInt32 = 0
    /// Path of the field at fault, in .proto names.
    public var field = ""

    public init() {}

    package init(
        code: StatusCode, message: String, reason: String, retryAfterMilliseconds: UInt32 = 0, field: String = ""
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.field = field
    }
}

extension Status {
    package static var unpackC: UnpackC<Posetransfer__V1__Status> { posetransfer__v1__status__unpack }

    package init(_ form: Posetransfer__V1__Status, at path: String) throws(WireError) {
        code = StatusCode(rawValue: form.code)
        message = try form.message.text(path + "message")
        reason = try form.reason.text(path + "reason")
        retryAfterMilliseconds = form.retry_after_ms
        field = try form.field.text(path + "field")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__Status> {
        try packer.make(posetransfer__v1__status__init) { (form: inout Posetransfer__V1__Status) throws(WireError) in
            form.code = code.rawValue
            form.message = try packer.text(message)
            form.reason = try packer.text(reason)
            form.retry_after_ms = retryAfterMilliseconds
            form.field = try packer.text(field)
        }
    }
}

/// What every request carries.
package struct CallContext: WireMessage, Equatable {
    /// 0: none. Never touches the task.
    package var timeoutMilliseconds: UInt32 = 0
    /// W3C trace context; an invalid one is ignored.
    package var traceparent = ""

    package init() {}
}

extension CallContext {
    package static var unpackC: UnpackC<Posetransfer__V1__CallContext> { posetransfer__v1__call_context__unpack }

    package init(_ form: Posetransfer__V1__CallContext, at path: String) throws(WireError) {
        timeoutMilliseconds = form.timeout_ms
        traceparent = try form.traceparent.text(path + "traceparent")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__CallContext> {
        try packer.make(posetransfer__v1__call_context__init) {
            (form: inout Posetransfer__V1__CallContext) throws(WireError) in
            form.timeout_ms = timeoutMilliseconds
            form.traceparent = try packer.text(traceparent)
        }
    }
}
