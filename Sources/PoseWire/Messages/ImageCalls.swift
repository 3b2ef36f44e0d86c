package import CPoseProto

/// Method 6: an image by content; DATA frames follow.
package struct PutImageRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var sizeBytes: UInt64 = 0
    /// 32 bytes.
    package var sha256: [UInt8] = []
    /// May be empty.
    package var mediaType = ""

    package init() {}
}

extension PutImageRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__PutImageRequest> {
        posetransfer__v1__put_image_request__unpack
    }

    package init(_ form: Posetransfer__V1__PutImageRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        sizeBytes = form.size_bytes
        sha256 = form.sha256.copied
        mediaType = try form.media_type.text(path + "media_type", bytesMax: WireLimits.labelValueBytesMax)
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__PutImageRequest> {
        try packer.make(posetransfer__v1__put_image_request__init) {
            (form: inout Posetransfer__V1__PutImageRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.size_bytes = sizeBytes
            form.sha256 = try packer.bytes(sha256)
            form.media_type = try packer.text(mediaType)
        }
    }
}

/// The image is there until it expires.
package struct PutImageResponse: WireMessage, Equatable {
    package var sha256: [UInt8] = []
    package var alreadyPresent = false
    /// Unix milliseconds.
    package var expiresAt: Int64 = 0

    package init() {}
}

extension PutImageResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__PutImageResponse> {
        posetransfer__v1__put_image_response__unpack
    }

    package init(_ form: Posetransfer__V1__PutImageResponse, at path: String) throws(WireError) {
        sha256 = form.sha256.copied
        alreadyPresent = form.already_present != 0
        expiresAt = form.expires_at_unix_ms
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__PutImageResponse> {
        try packer.make(posetransfer__v1__put_image_response__init) {
            (form: inout Posetransfer__V1__PutImageResponse) throws(WireError) in
            form.sha256 = try packer.bytes(sha256)
            form.already_present = alreadyPresent ? 1 : 0
            form.expires_at_unix_ms = expiresAt
        }
    }
}

/// Method 7: a result's bytes from an offset on.
package struct FetchResultRequest: WireMessage, Equatable {
    package var context = CallContext()
    package var taskID = ""
    package var outputIndex: UInt32 = 0
    package var offset: UInt64 = 0

    package init() {}
}

extension FetchResultRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__FetchResultRequest> {
        posetransfer__v1__fetch_result_request__unpack
    }

    package init(_ form: Posetransfer__V1__FetchResultRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
        taskID = try form.task_id.text(path + "task_id", bytesMax: WireLimits.taskIDBytesMax)
        outputIndex = form.output_index
        offset = form.offset
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__FetchResultRequest>
    {
        try packer.make(posetransfer__v1__fetch_result_request__init) {
            (form: inout Posetransfer__V1__FetchResultRequest) throws(WireError) in
            form.context = try context.build(packer)
            form.task_id = try packer.text(taskID)
            form.output_index = outputIndex
            form.offset = offset
        }
    }
}

/// What a download begins with.
public struct ResultHeader: WireMessage, Equatable {
    /// Of the whole output.
    public var sizeBytes: UInt64 = 0
    /// Of the whole output.
    public var sha256: [UInt8] = []
    public var mediaType = ""
    public var fileName = ""
    public var offset: UInt64 = 0
    public var outputCount: UInt32 = 0

    public init() {}
}

extension ResultHeader {
    package static var unpackC: UnpackC<Posetransfer__V1__ResultHeader> { posetransfer__v1__result_header__unpack }

    package init(_ form: Posetransfer__V1__ResultHeader, at path: String) throws(WireError) {
        sizeBytes = form.size_bytes
        sha256 = form.sha256.copied
        mediaType = try form.media_type.text(path + "media_type")
        fileName = try form.file_name.text(path + "file_name")
        offset = form.offset
        outputCount = form.output_count
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__ResultHeader> {
        try packer.make(posetransfer__v1__result_header__init) {
            (form: inout Posetransfer__V1__ResultHeader) throws(WireError) in
            form.size_bytes = sizeBytes
            form.sha256 = try packer.bytes(sha256)
            form.media_type = try packer.text(mediaType)
            form.file_name = try packer.text(fileName)
            form.offset = offset
            form.output_count = outputCount
        }
    }
}
