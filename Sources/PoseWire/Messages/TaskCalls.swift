package import CPoseProto

/// Method 2: past and live events.
package struct StreamStatusRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var taskIDs: [String] = []
    package var allMine = false
    package var afterSequence: UInt64 = 0
    package var afterCursor: UInt64 = 0

    package init() {}
}

extension StreamStatusRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__StreamStatusRequest> {
        posetransfer__v1__stream_status_request__unpack
    }

    package init(_ form: Posetransfer__V1__StreamStatusRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        for (index, element) in elements(form.n_task_ids, form.task_ids).enumerated() {
            taskIDs.append(try element.text("\(path)task_ids[\(index)]", bytesMax: WireLimits.taskIDBytesMax))
        }
        allMine = form.all_mine != 0
        afterSequence = form.after_sequence
        afterCursor = form.after_cursor
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__StreamStatusRequest
    > {
        try packer.make(posetransfer__v1__stream_status_request__init) {
            (form: inout Posetransfer__V1__StreamStatusRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.n_task_ids = taskIDs.count
            form.task_ids = try packer.texts(taskIDs)
            form.all_mine = allMine ? 1 : 0
            form.after_sequence = afterSequence
            form.after_cursor = afterCursor
        }
    }
}

/// Method 3.
package struct GetTaskRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var taskID = ""

    package init() {}
}

extension GetTaskRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__GetTaskRequest> { posetransfer__v1__get_task_request__unpack }

    package init(_ form: Posetransfer__V1__GetTaskRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        taskID = try form.task_id.text(path + "task_id", bytesMax: WireLimits.taskIDBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__GetTaskRequest> {
        try packer.make(posetransfer__v1__get_task_request__init) {
            (form: inout Posetransfer__V1__GetTaskRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.task_id = try packer.text(taskID)
        }
    }
}

/// The task.
package struct GetTaskResponse: WireMessage, Equatable {
    package var task = TaskSnapshot()

    package init() {}
}

extension GetTaskResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__GetTaskResponse> {
        posetransfer__v1__get_task_response__unpack
    }

    package init(_ form: Posetransfer__V1__GetTaskResponse, at path: String) throws(WireError) {
        if let task = form.task { self.task = try TaskSnapshot(task.pointee, at: path + "task.") }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__GetTaskResponse> {
        try packer.make(posetransfer__v1__get_task_response__init) {
            (form: inout Posetransfer__V1__GetTaskResponse) throws(WireError) in
            form.task = try task.build(packer)
        }
    }
}

/// Method 4: ask for a task's end.
package struct CancelTaskRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var taskID = ""
    /// At most 500 characters.
    package var reason = ""

    package init() {}
}

extension CancelTaskRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__CancelTaskRequest> {
        posetransfer__v1__cancel_task_request__unpack
    }

    package init(_ form: Posetransfer__V1__CancelTaskRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        taskID = try form.task_id.text(path + "task_id", bytesMax: WireLimits.taskIDBytesMax)
        reason = try form.reason.text(path + "reason")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__CancelTaskRequest>
    {
        try packer.make(posetransfer__v1__cancel_task_request__init) {
            (form: inout Posetransfer__V1__CancelTaskRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.task_id = try packer.text(taskID)
            form.reason = try packer.text(reason)
        }
    }
}

/// The task, with the wish on stable storage.
package struct CancelTaskResponse: WireMessage, Equatable {
    package var task = TaskSnapshot()

    package init() {}
}

extension CancelTaskResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__CancelTaskResponse> {
        posetransfer__v1__cancel_task_response__unpack
    }

    package init(_ form: Posetransfer__V1__CancelTaskResponse, at path: String) throws(WireError) {
        if let task = form.task { self.task = try TaskSnapshot(task.pointee, at: path + "task.") }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__CancelTaskResponse>
    {
        try packer.make(posetransfer__v1__cancel_task_response__init) {
            (form: inout Posetransfer__V1__CancelTaskResponse) throws(WireError) in
            form.task = try task.build(packer)
        }
    }
}
