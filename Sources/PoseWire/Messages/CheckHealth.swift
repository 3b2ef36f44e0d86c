package import CPoseProto

/// How one engine stands.
public struct EngineHealth: WireMessage, Equatable {
    public var name = ""
    public var type = ""
    /// serving, degraded, paused, open or disabled.
    public var state = ""
    public var configured = Answer.unspecified
    public var reachable = Answer.unspecified
    public var authorised = Answer.unspecified
    public var funded = Answer.unspecified
    public var workflowValid = Answer.unspecified
    public var message = ""
    /// Unix milliseconds; 0: never.
    public var lastSuccessAt: Int64 = 0
    public var slotsUsed: UInt32 = 0
    public var slotsLimit: UInt32 = 0
    public var foreignRuns: UInt32 = 0

    public init() {}
}

extension EngineHealth {
    package static var unpackC: UnpackC<Posetransfer__V1__EngineHealth> { posetransfer__v1__engine_health__unpack }

    package init(_ form: Posetransfer__V1__EngineHealth, at path: String) throws(WireError) {
        name = try form.name.text(path + "name")
        type = try form.type.text(path + "type")
        state = try form.state.text(path + "state")
        configured = Answer(rawValue: Int32(bitPattern: form.configured.rawValue))
        reachable = Answer(rawValue: Int32(bitPattern: form.reachable.rawValue))
        authorised = Answer(rawValue: Int32(bitPattern: form.authorised.rawValue))
        funded = Answer(rawValue: Int32(bitPattern: form.funded.rawValue))
        workflowValid = Answer(rawValue: Int32(bitPattern: form.workflow_valid.rawValue))
        message = try form.message.text(path + "message")
        lastSuccessAt = form.last_success_at_unix_ms
        slotsUsed = form.slots_used
        slotsLimit = form.slots_limit
        foreignRuns = form.foreign_runs
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__EngineHealth> {
        try packer.make(posetransfer__v1__engine_health__init) {
            (form: inout Posetransfer__V1__EngineHealth) throws(WireError) in
            form.name = try packer.text(name)
            form.type = try packer.text(type)
            form.state = try packer.text(state)
            form.configured = Posetransfer__V1__Answer(rawValue: UInt32(bitPattern: configured.rawValue))
            form.reachable = Posetransfer__V1__Answer(rawValue: UInt32(bitPattern: reachable.rawValue))
            form.authorised = Posetransfer__V1__Answer(rawValue: UInt32(bitPattern: authorised.rawValue))
            form.funded = Posetransfer__V1__Answer(rawValue: UInt32(bitPattern: funded.rawValue))
            form.workflow_valid = Posetransfer__V1__Answer(rawValue: UInt32(bitPattern: workflowValid.rawValue))
            form.message = try packer.text(message)
            form.last_success_at_unix_ms = lastSuccessAt
            form.slots_used = slotsUsed
            form.slots_limit = slotsLimit
            form.foreign_runs = foreignRuns
        }
    }
}

/// Method 8.
package struct CheckHealthRequest: WireMessage, Equatable {
    package var context = CallContext()

    package init() {}
}

extension CheckHealthRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__CheckHealthRequest> {
        posetransfer__v1__check_health_request__unpack
    }

    package init(_ form: Posetransfer__V1__CheckHealthRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__CheckHealthRequest>
    {
        try packer.make(posetransfer__v1__check_health_request__init) {
            (form: inout Posetransfer__V1__CheckHealthRequest) throws(WireError) in
            form.context = try context.build(packer)
        }
    }
}

/// Serving or not, and each engine's health.
package struct CheckHealthResponse: WireMessage, Equatable {
    package var isServing = false
    package var message = ""
    package var engines: [EngineHealth] = []

    package init() {}
}

extension CheckHealthResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__CheckHealthResponse> {
        posetransfer__v1__check_health_response__unpack
    }

    package init(_ form: Posetransfer__V1__CheckHealthResponse, at path: String) throws(WireError) {
        isServing = form.serving != 0
        message = try form.message.text(path + "message")
        for (index, element) in elements(form.n_engines, form.engines).enumerated() {
            engines.append(try EngineHealth(element, at: "\(path)engines[\(index)]."))
        }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__CheckHealthResponse
    > {
        try packer.make(posetransfer__v1__check_health_response__init) {
            (form: inout Posetransfer__V1__CheckHealthResponse) throws(WireError) in
            form.serving = isServing ? 1 : 0
            form.message = try packer.text(message)
            form.n_engines = engines.count
            form.engines = try packer.messages(engines)
        }
    }
}
