package import CPoseProto

/// Method 66: pause or resume an engine; survives a restart.
package struct SetEngineRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var engine = ""
    package var isPaused = false
    /// For the audit log.
    package var note = ""

    package init() {}
}

extension SetEngineRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__SetEngineRequest> {
        posetransfer__v1__set_engine_request__unpack
    }

    package init(_ form: Posetransfer__V1__SetEngineRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        engine = try form.engine.text(path + "engine", bytesMax: WireLimits.engineBytesMax)
        isPaused = form.paused != 0
        note = try form.note.text(path + "note", bytesMax: WireLimits.noteBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__SetEngineRequest> {
        try packer.make(posetransfer__v1__set_engine_request__init) {
            (form: inout Posetransfer__V1__SetEngineRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.engine = try packer.text(engine)
            form.paused = isPaused ? 1 : 0
            form.note = try packer.text(note)
        }
    }
}

/// How the engine stands now.
package struct SetEngineResponse: WireMessage, Equatable {
    package var engine = EngineHealth()

    package init() {}
}

extension SetEngineResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__SetEngineResponse> {
        posetransfer__v1__set_engine_response__unpack
    }

    package init(_ form: Posetransfer__V1__SetEngineResponse, at path: String) throws(WireError) {
        if let engine = form.engine { self.engine = try EngineHealth(engine.pointee, at: path + "engine.") }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__SetEngineResponse>
    {
        try packer.make(posetransfer__v1__set_engine_response__init) {
            (form: inout Posetransfer__V1__SetEngineResponse) throws(WireError) in
            form.engine = try engine.build(packer)
        }
    }
}

/// Method 67: removes images, results and rows of a caller's ended tasks.
package struct PurgeCallerRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var caller = ""
    /// For the audit log.
    package var note = ""

    package init() {}
}

extension PurgeCallerRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__PurgeCallerRequest> {
        posetransfer__v1__purge_caller_request__unpack
    }

    package init(_ form: Posetransfer__V1__PurgeCallerRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        caller = try form.caller.text(path + "caller", bytesMax: WireLimits.callerBytesMax)
        note = try form.note.text(path + "note", bytesMax: WireLimits.noteBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__PurgeCallerRequest>
    {
        try packer.make(posetransfer__v1__purge_caller_request__init) {
            (form: inout Posetransfer__V1__PurgeCallerRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.caller = try packer.text(caller)
            form.note = try packer.text(note)
        }
    }
}

/// What was removed.
package struct PurgeCallerResponse: WireMessage, Equatable {
    package var tasks: UInt64 = 0
    package var bytes: UInt64 = 0

    package init() {}
}

extension PurgeCallerResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__PurgeCallerResponse> {
        posetransfer__v1__purge_caller_response__unpack
    }

    package init(_ form: Posetransfer__V1__PurgeCallerResponse, at path: String) throws(WireError) {
        tasks = form.tasks
        bytes = form.bytes
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__PurgeCallerResponse
    > {
        try packer.make(posetransfer__v1__purge_caller_response__init) {
            (form: inout Posetransfer__V1__PurgeCallerResponse) throws(WireError) in
            form.tasks = tasks
            form.bytes = bytes
        }
    }
}

/// Method 68: as SIGTERM.
package struct DrainRequest: WireMessage, Equatable {
    package var context = CallContext()
    /// For the audit log.
    package var note = ""

    package init() {}
}

extension DrainRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__DrainRequest> { posetransfer__v1__drain_request__unpack }

    package init(_ form: Posetransfer__V1__DrainRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        note = try form.note.text(path + "note", bytesMax: WireLimits.noteBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__DrainRequest> {
        try packer.make(posetransfer__v1__drain_request__init) {
            (form: inout Posetransfer__V1__DrainRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.note = try packer.text(note)
        }
    }
}

/// The server has begun to end.
package struct DrainResponse: WireMessage, Equatable {

    package init() {}
}

extension DrainResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__DrainResponse> { posetransfer__v1__drain_response__unpack }

    package init(_ form: Posetransfer__V1__DrainResponse, at path: String) throws(WireError) {
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__DrainResponse> {
        try packer.make(posetransfer__v1__drain_response__init) {
            (form: inout Posetransfer__V1__DrainResponse) throws(WireError) in
        }
    }
}

/// Method 69: events over all callers.
package struct WatchAllRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var afterCursor: UInt64 = 0

    package init() {}
}

extension WatchAllRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__WatchAllRequest> {
        posetransfer__v1__watch_all_request__unpack
    }

    package init(_ form: Posetransfer__V1__WatchAllRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        afterCursor = form.after_cursor
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__WatchAllRequest> {
        try packer.make(posetransfer__v1__watch_all_request__init) {
            (form: inout Posetransfer__V1__WatchAllRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.after_cursor = afterCursor
        }
    }
}
