package import CPoseProto

/// Method 5: the caller's tasks, newest first.
package struct ListTasksRequest: WireMessage, Equatable {
    package var context = CallContext()
    /// Empty: all.
    package var states: [TaskState] = []
    /// All of them must be equal.
    package var labels: [String: String] = [:]
    /// Unix milliseconds, inclusive; 0: none.
    package var createdAfter: Int64 = 0
    /// Unix milliseconds, exclusive; 0: none.
    package var createdBefore: Int64 = 0
    /// 0: 100.
    package var pageSize: UInt32 = 0
    /// Empty: the first page.
    package var pageToken = ""

    package init() {}
}

extension ListTasksRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__ListTasksRequest> {
        posetransfer__v1__list_tasks_request__unpack
    }

    package init(_ form: Posetransfer__V1__ListTasksRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        for value in elements(form.n_states, form.states) {
            states.append(TaskState(rawValue: Int32(bitPattern: value.rawValue)))
        }
        for entry in elements(form.n_labels, form.labels) {
            let key = try entry.key.text(path + "labels")
            labels[key] = try entry.value.text("\(path)labels.\(key)")
        }
        createdAfter = form.created_after_unix_ms
        createdBefore = form.created_before_unix_ms
        pageSize = form.page_size
        pageToken = try form.page_token.text(path + "page_token", bytesMax: WireLimits.pageTokenBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__ListTasksRequest> {
        try packer.make(posetransfer__v1__list_tasks_request__init) {
            (form: inout Posetransfer__V1__ListTasksRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.n_states = states.count
            form.states = try packer.array(
                states.map { Posetransfer__V1__TaskState(rawValue: UInt32(bitPattern: $0.rawValue)) })
            var labelsBuilt: [UnsafeMutablePointer<Posetransfer__V1__ListTasksRequest__LabelsEntry>] = []
            for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
                labelsBuilt.append(
                    try packer.make(posetransfer__v1__list_tasks_request__labels_entry__init) {
                        (entry: inout Posetransfer__V1__ListTasksRequest__LabelsEntry) throws(WireError) in
                        entry.key = try packer.text(key)
                        entry.value = try packer.text(value)
                    })
            }
            form.n_labels = labelsBuilt.count
            form.labels = try packer.pointers(labelsBuilt)
            form.created_after_unix_ms = createdAfter
            form.created_before_unix_ms = createdBefore
            form.page_size = pageSize
            form.page_token = try packer.text(pageToken)
        }
    }
}

/// One page.
package struct ListTasksResponse: WireMessage, Equatable {
    package var tasks: [TaskSnapshot] = []
    /// Empty: this was the last page.
    package var nextPageToken = ""
    /// Of the first page: a stream after it goes on without a gap.
    package var cursor: UInt64 = 0

    package init() {}
}

extension ListTasksResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__ListTasksResponse> {
        posetransfer__v1__list_tasks_response__unpack
    }

    package init(_ form: Posetransfer__V1__ListTasksResponse, at path: String) throws(WireError) {
        for (index, element) in elements(form.n_tasks, form.tasks).enumerated() {
            tasks.append(try TaskSnapshot(element, at: "\(path)tasks[\(index)]."))
        }
        nextPageToken = try form.next_page_token.text(path + "next_page_token")
        cursor = form.cursor
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__ListTasksResponse>
    {
        try packer.make(posetransfer__v1__list_tasks_response__init) {
            (form: inout Posetransfer__V1__ListTasksResponse) throws(WireError) in
            form.n_tasks = tasks.count
            form.tasks = try packer.messages(tasks)
            form.next_page_token = try packer.text(nextPageToken)
            form.cursor = cursor
        }
    }
}

/// Method 70: as ListTasks, over all callers.
package struct ListAllTasksRequest: WireMessage, Equatable {
    package var context = CallContext()
    /// Empty: all.
    package var states: [TaskState] = []
    /// Empty: all.
    package var caller = ""
    /// Unix milliseconds, inclusive; 0: none.
    package var createdAfter: Int64 = 0
    /// Unix milliseconds, exclusive; 0: none.
    package var createdBefore: Int64 = 0
    /// 0: 100.
    package var pageSize: UInt32 = 0
    /// Empty: the first page.
    package var pageToken = ""
    /// All of them must be equal.
    package var labels: [String: String] = [:]

    package init() {}
}

extension ListAllTasksRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__ListAllTasksRequest> {
        posetransfer__v1__list_all_tasks_request__unpack
    }

    package init(_ form: Posetransfer__V1__ListAllTasksRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        for value in elements(form.n_states, form.states) {
            states.append(TaskState(rawValue: Int32(bitPattern: value.rawValue)))
        }
        caller = try form.caller.text(path + "caller", bytesMax: WireLimits.callerBytesMax)
        createdAfter = form.created_after_unix_ms
        createdBefore = form.created_before_unix_ms
        pageSize = form.page_size
        pageToken = try form.page_token.text(path + "page_token", bytesMax: WireLimits.pageTokenBytesMax)
        for entry in elements(form.n_labels, form.labels) {
            let key = try entry.key.text(path + "labels")
            labels[key] = try entry.value.text("\(path)labels.\(key)")
        }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__ListAllTasksRequest
    > {
        try packer.make(posetransfer__v1__list_all_tasks_request__init) {
            (form: inout Posetransfer__V1__ListAllTasksRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.n_states = states.count
            form.states = try packer.array(
                states.map { Posetransfer__V1__TaskState(rawValue: UInt32(bitPattern: $0.rawValue)) })
            form.caller = try packer.text(caller)
            form.created_after_unix_ms = createdAfter
            form.created_before_unix_ms = createdBefore
            form.page_size = pageSize
            form.page_token = try packer.text(pageToken)
            var labelsBuilt: [UnsafeMutablePointer<Posetransfer__V1__ListAllTasksRequest__LabelsEntry>] = []
            for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
                labelsBuilt.append(
                    try packer.make(posetransfer__v1__list_all_tasks_request__labels_entry__init) {
                        (entry: inout Posetransfer__V1__ListAllTasksRequest__LabelsEntry) throws(WireError) in
                        entry.key = try packer.text(key)
                        entry.value = try packer.text(value)
                    })
            }
            form.n_labels = labelsBuilt.count
            form.labels = try packer.pointers(labelsBuilt)
        }
    }
}
