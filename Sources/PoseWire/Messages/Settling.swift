package import CPoseProto

/// Method 64: tasks that ended SUBMISSION_UNKNOWN and are not settled.
package struct ListUnknownRequest: WireMessage, Equatable {
    package var context = CallContext()
    /// 0: 100.
    package var pageSize: UInt32 = 0
    /// Empty: the first page.
    package var pageToken = ""

    package init() {}
}

extension ListUnknownRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__ListUnknownRequest> {
        posetransfer__v1__list_unknown_request__unpack
    }

    package init(_ form: Posetransfer__V1__ListUnknownRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        pageSize = form.page_size
        pageToken = try form.page_token.text(path + "page_token", bytesMax: WireLimits.pageTokenBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__ListUnknownRequest>
    {
        try packer.make(posetransfer__v1__list_unknown_request__init) {
            (form: inout Posetransfer__V1__ListUnknownRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.page_size = pageSize
            form.page_token = try packer.text(pageToken)
        }
    }
}

/// One page.
package struct ListUnknownResponse: WireMessage, Equatable {
    package var tasks: [TaskSnapshot] = []
    /// Empty: this was the last page.
    package var nextPageToken = ""

    package init() {}
}

extension ListUnknownResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__ListUnknownResponse> {
        posetransfer__v1__list_unknown_response__unpack
    }

    package init(_ form: Posetransfer__V1__ListUnknownResponse, at path: String) throws(WireError) {
        for (index, element) in elements(form.n_tasks, form.tasks).enumerated() {
            tasks.append(try TaskSnapshot(element, at: "\(path)tasks[\(index)]."))
        }
        nextPageToken = try form.next_page_token.text(path + "next_page_token")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__ListUnknownResponse
    > {
        try packer.make(posetransfer__v1__list_unknown_response__init) {
            (form: inout Posetransfer__V1__ListUnknownResponse) throws(WireError) in
            form.n_tasks = tasks.count
            form.tasks = try packer.messages(tasks)
            form.next_page_token = try packer.text(nextPageToken)
        }
    }
}

/// Method 65: what really became of a task that ended SUBMISSION_UNKNOWN.
package struct ResolveTaskRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var taskID = ""
    package var verdict = Verdict.none
    /// For the audit log.
    package var note = ""

    package init() {}
}

extension ResolveTaskRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__ResolveTaskRequest> {
        posetransfer__v1__resolve_task_request__unpack
    }

    package init(_ form: Posetransfer__V1__ResolveTaskRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        taskID = try form.task_id.text(path + "task_id", bytesMax: WireLimits.taskIDBytesMax)
        verdict = try Verdict(form, at: path)
        note = try form.note.text(path + "note", bytesMax: WireLimits.noteBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__ResolveTaskRequest>
    {
        try packer.make(posetransfer__v1__resolve_task_request__init) {
            (form: inout Posetransfer__V1__ResolveTaskRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.task_id = try packer.text(taskID)
            try verdict.build(&form, packer)
            form.note = try packer.text(note)
        }
    }
}

/// The settled task, and the new one where work goes on.
package struct ResolveTaskResponse: WireMessage, Equatable {
    package var task = TaskSnapshot()
    package var followUp: TaskSnapshot?

    package init() {}
}

extension ResolveTaskResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__ResolveTaskResponse> {
        posetransfer__v1__resolve_task_response__unpack
    }

    package init(_ form: Posetransfer__V1__ResolveTaskResponse, at path: String) throws(WireError) {
        if let task = form.task { self.task = try TaskSnapshot(task.pointee, at: path + "task.") }
        if let followUp = form.follow_up { self.followUp = try TaskSnapshot(followUp.pointee, at: path + "follow_up.") }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__ResolveTaskResponse
    > {
        try packer.make(posetransfer__v1__resolve_task_response__init) {
            (form: inout Posetransfer__V1__ResolveTaskResponse) throws(WireError) in
            form.task = try task.build(packer)
            form.follow_up = try followUp?.build(packer)
        }
    }
}
