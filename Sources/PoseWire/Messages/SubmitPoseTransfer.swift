package import CPoseProto

/// Method 1: make a task durable.
package struct SubmitPoseTransferRequest: WireMessage, Equatable {
    package var context = CallContext()
    /// Empty: `pose_change`.
    package var pipeline = ""
    /// The person.
    package var sourceImage = ImageContent.none
    /// The pose.
    package var poseImage = ImageContent.none
    package var parameters: [String: String] = [:]
    package var idempotencyKey = ""
    /// -100 to 100.
    package var priority: Int32 = 0
    /// 0: the engine's.
    package var taskTimeoutMilliseconds: UInt32 = 0
    /// 0: the server's.
    package var startByMilliseconds: UInt32 = 0
    package var labels: [String: String] = [:]

    package init() {}
}

extension SubmitPoseTransferRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__SubmitPoseTransferRequest> {
        posetransfer__v1__submit_pose_transfer_request__unpack
    }

    package init(_ form: Posetransfer__V1__SubmitPoseTransferRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        pipeline = try form.pipeline.text(path + "pipeline", bytesMax: WireLimits.pipelineBytesMax)
        if let sourceImage = form.source_image {
            self.sourceImage = try ImageContent(sourceImage.pointee, at: path + "source_image.")
        }
        if let poseImage = form.pose_image {
            self.poseImage = try ImageContent(poseImage.pointee, at: path + "pose_image.")
        }
        for entry in elements(form.n_parameters, form.parameters) {
            let key = try entry.key.text(path + "parameters")
            parameters[key] = try entry.value.text("\(path)parameters.\(key)")
        }
        idempotencyKey = try form.idempotency_key.text(
            path + "idempotency_key", bytesMax: WireLimits.idempotencyKeyBytesMax)
        priority = form.priority
        taskTimeoutMilliseconds = form.task_timeout_ms
        startByMilliseconds = form.start_by_ms
        for entry in elements(form.n_labels, form.labels) {
            let key = try entry.key.text(path + "labels")
            labels[key] = try entry.value.text("\(path)labels.\(key)")
        }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__SubmitPoseTransferRequest
    > {
        try packer.make(posetransfer__v1__submit_pose_transfer_request__init) {
            (form: inout Posetransfer__V1__SubmitPoseTransferRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.pipeline = try packer.text(pipeline)
            form.source_image = try sourceImage.build(packer)
            form.pose_image = try poseImage.build(packer)
            var parametersBuilt: [UnsafeMutablePointer<Posetransfer__V1__SubmitPoseTransferRequest__ParametersEntry>] =
                []
            for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
                parametersBuilt.append(
                    try packer.make(posetransfer__v1__submit_pose_transfer_request__parameters_entry__init) {
                        (entry: inout Posetransfer__V1__SubmitPoseTransferRequest__ParametersEntry) throws(WireError) in
                        entry.key = try packer.text(key)
                        entry.value = try packer.text(value)
                    })
            }
            form.n_parameters = parametersBuilt.count
            form.parameters = try packer.pointers(parametersBuilt)
            form.idempotency_key = try packer.text(idempotencyKey)
            form.priority = priority
            form.task_timeout_ms = taskTimeoutMilliseconds
            form.start_by_ms = startByMilliseconds
            var labelsBuilt: [UnsafeMutablePointer<Posetransfer__V1__SubmitPoseTransferRequest__LabelsEntry>] = []
            for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
                labelsBuilt.append(
                    try packer.make(posetransfer__v1__submit_pose_transfer_request__labels_entry__init) {
                        (entry: inout Posetransfer__V1__SubmitPoseTransferRequest__LabelsEntry) throws(WireError) in
                        entry.key = try packer.text(key)
                        entry.value = try packer.text(value)
                    })
            }
            form.n_labels = labelsBuilt.count
            form.labels = try packer.pointers(labelsBuilt)
        }
    }
}

/// The task, on stable storage.
package struct SubmitPoseTransferResponse: WireMessage, Equatable {
    package var task = TaskSnapshot()
    /// The task was there already.
    package var deduplicated = false

    package init() {}
}

extension SubmitPoseTransferResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__SubmitPoseTransferResponse> {
        posetransfer__v1__submit_pose_transfer_response__unpack
    }

    package init(_ form: Posetransfer__V1__SubmitPoseTransferResponse, at path: String) throws(WireError) {
        if let task = form.task { self.task = try TaskSnapshot(task.pointee, at: path + "task.") }
        deduplicated = form.deduplicated != 0
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__SubmitPoseTransferResponse
    > {
        try packer.make(posetransfer__v1__submit_pose_transfer_response__init) {
            (form: inout Posetransfer__V1__SubmitPoseTransferResponse) throws(WireError) in
            form.task = try task.build(packer)
            form.deduplicated = deduplicated ? 1 : 0
        }
    }
}
