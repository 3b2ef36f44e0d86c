package import CPoseProto

/// One parameter that a pipeline takes.
public struct ParameterDescription: WireMessage, Equatable {
    public var name = ""
    /// string, integer, number or boolean.
    public var type = ""
    /// Decimal text; empty: no bound.
    public var minimum = ""
    /// Decimal text; empty: no bound.
    public var maximum = ""
    public var help = ""

    public init() {}
}

extension ParameterDescription {
    package static var unpackC: UnpackC<Posetransfer__V1__ParameterRule> { posetransfer__v1__parameter_rule__unpack }

    package init(_ form: Posetransfer__V1__ParameterRule, at path: String) throws(WireError) {
        name = try form.name.text(path + "name")
        type = try form.type.text(path + "type")
        minimum = try form.minimum.text(path + "minimum")
        maximum = try form.maximum.text(path + "maximum")
        help = try form.help.text(path + "help")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__ParameterRule> {
        try packer.make(posetransfer__v1__parameter_rule__init) {
            (form: inout Posetransfer__V1__ParameterRule) throws(WireError) in
            form.name = try packer.text(name)
            form.type = try packer.text(type)
            form.minimum = try packer.text(minimum)
            form.maximum = try packer.text(maximum)
            form.help = try packer.text(help)
        }
    }
}

/// One pipeline that may be named in a submit.
public struct PipelineDescription: WireMessage, Equatable {
    public var name = ""
    public var isEnabled = false
    /// In their order.
    public var steps: [String] = []
    public var parameters: [ParameterDescription] = []
    public var description = ""

    public init() {}
}

extension PipelineDescription {
    package static var unpackC: UnpackC<Posetransfer__V1__PipelineDescription> {
        posetransfer__v1__pipeline_description__unpack
    }

    package init(_ form: Posetransfer__V1__PipelineDescription, at path: String) throws(WireError) {
        name = try form.name.text(path + "name")
        isEnabled = form.enabled != 0
        for (index, element) in elements(form.n_steps, form.steps).enumerated() {
            steps.append(try element.text("\(path)steps[\(index)]"))
        }
        for (index, element) in elements(form.n_parameters, form.parameters).enumerated() {
            parameters.append(try ParameterDescription(element, at: "\(path)parameters[\(index)]."))
        }
        description = try form.description.text(path + "description")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__PipelineDescription
    > {
        try packer.make(posetransfer__v1__pipeline_description__init) {
            (form: inout Posetransfer__V1__PipelineDescription) throws(WireError) in
            form.name = try packer.text(name)
            form.enabled = isEnabled ? 1 : 0
            form.n_steps = steps.count
            form.steps = try packer.texts(steps)
            form.n_parameters = parameters.count
            form.parameters = try packer.messages(parameters)
            form.description = try packer.text(description)
        }
    }
}

/// One engine; how it stands is in its health.
public struct EngineDescription: WireMessage, Equatable {
    public var name = ""
    public var type = ""
    public var isEnabled = false
    public var mayCostMoney = false
    /// Type that takes a disabled engine's place.
    public var replacedBy = ""

    public init() {}
}

extension EngineDescription {
    package static var unpackC: UnpackC<Posetransfer__V1__EngineDescription> {
        posetransfer__v1__engine_description__unpack
    }

    package init(_ form: Posetransfer__V1__EngineDescription, at path: String) throws(WireError) {
        name = try form.name.text(path + "name")
        type = try form.type.text(path + "type")
        isEnabled = form.enabled != 0
        mayCostMoney = form.may_cost_money != 0
        replacedBy = try form.replaced_by.text(path + "replaced_by")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__EngineDescription>
    {
        try packer.make(posetransfer__v1__engine_description__init) {
            (form: inout Posetransfer__V1__EngineDescription) throws(WireError) in
            form.name = try packer.text(name)
            form.type = try packer.text(type)
            form.enabled = isEnabled ? 1 : 0
            form.may_cost_money = mayCostMoney ? 1 : 0
            form.replaced_by = try packer.text(replacedBy)
        }
    }
}

/// Method 9.
package struct DescribeServerRequest: WireMessage, Equatable {
    package var context = CallContext()

    package init() {}
}

extension DescribeServerRequest {
    package static var unpackC: UnpackC<Posetransfer__V1__DescribeServerRequest> {
        posetransfer__v1__describe_server_request__unpack
    }

    package init(_ form: Posetransfer__V1__DescribeServerRequest, at path: String) throws(WireError) {
        if let context = form.context { self.context = try CallContext(context.pointee, at: path + "context.") }
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__DescribeServerRequest
    > {
        try packer.make(posetransfer__v1__describe_server_request__init) {
            (form: inout Posetransfer__V1__DescribeServerRequest) throws(WireError) in
            form.context = try context.build(packer)
        }
    }
}

/// What this server is and takes.
package struct DescribeServerResponse: WireMessage, Equatable {
    package var serverName = ""
    package var build = ""
    /// Of the wire protocol.
    package var versions: [UInt32] = []
    package var limits = ServerLimits()
    package var pipelines: [PipelineDescription] = []
    package var engines: [EngineDescription] = []
    /// Every reason that a status may bear.
    package var reasons: [String] = []
    /// Of the public .proto.
    package var fileDescriptorSet: [UInt8] = []

    package init() {}
}

extension DescribeServerResponse {
    package static var unpackC: UnpackC<Posetransfer__V1__DescribeServerResponse> {
        posetransfer__v1__describe_server_response__unpack
    }

    package init(_ form: Posetransfer__V1__DescribeServerResponse, at path: String) throws(WireError) {
        serverName = try form.server_name.text(path + "server_name")
        build = try form.build.text(path + "build")
        versions = elements(form.n_versions, form.versions)
        if let limits = form.limits { self.limits = try ServerLimits(limits.pointee, at: path + "limits.") }
        for (index, element) in elements(form.n_pipelines, form.pipelines).enumerated() {
            pipelines.append(try PipelineDescription(element, at: "\(path)pipelines[\(index)]."))
        }
        for (index, element) in elements(form.n_engines, form.engines).enumerated() {
            engines.append(try EngineDescription(element, at: "\(path)engines[\(index)]."))
        }
        for (index, element) in elements(form.n_reasons, form.reasons).enumerated() {
            reasons.append(try element.text("\(path)reasons[\(index)]"))
        }
        fileDescriptorSet = form.file_descriptor_set.copied
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<
        Posetransfer__V1__DescribeServerResponse
    > {
        try packer.make(posetransfer__v1__describe_server_response__init) {
            (form: inout Posetransfer__V1__DescribeServerResponse) throws(WireError) in
            form.server_name = try packer.text(serverName)
            form.build = try packer.text(build)
            form.n_versions = versions.count
            form.versions = try packer.array(versions)
            form.limits = try limits.build(packer)
            form.n_pipelines = pipelines.count
            form.pipelines = try packer.messages(pipelines)
            form.n_engines = engines.count
            form.engines = try packer.messages(engines)
            form.n_reasons = reasons.count
            form.reasons = try packer.texts(reasons)
            form.file_descriptor_set = try packer.bytes(fileDescriptorSet)
        }
    }
}
