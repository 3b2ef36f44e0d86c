/// The dialect `workflow-v1` (provider sheet 1): Bearer key, plain objects, and the HTTP status says what went wrong.
extension SimulatedProvider {
    mutating func uploadV1(_ request: ProviderRequest) -> Answer {
        do throws(Refusal) {
            return .document(["url": .string(try stored(request).link)], status: 200)
        } catch {
            return error.answer(as: .status)
        }
    }

    mutating func runV1(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        do throws(Refusal) {
            let account = try account(bearer: request.bearerKey, body: nil)
            let workflow = request.pathID ?? ""
            if let refusal = refusal(ofWorkflow: .string(workflow)) { throw refusal }
            let order = try orderV1(try Self.object(in: request)["inputs"], workflow: workflow, account: account)
            let index = try accepted(order, fault: fault, origin: request.origin, at: now)
            let word = fault?.kind == .createState ? "pending" : "queued"
            let reply: JSONValue = ["task_id": .string(shownID(of: index, fault: fault)), "status": .string(word)]
            return .document(fault?.kind == .withoutTaskID ? reply.without("task_id") : reply, status: 200)
        } catch {
            createRefused(code: error.code, at: now)
            return error.answer(as: .status)
        }
    }

    private func orderV1(_ inputs: JSONValue?, workflow: String, account: Int) throws(Refusal) -> RunOrder {
        guard let inputs, case .object(let members) = inputs, members.count <= SimulatorLimits.nodeOverridesMax else {
            throw Refusal(code: ProviderCode.invalidParameters, text: "inputs must be an object")
        }
        let source = try uploadName("raw_image", in: inputs, account: account)
        let pose = try uploadName("pose_image", in: inputs, account: account)
        var overrides = [
            SimulatedRun.Override(node: WorkflowGraph.sourceNode, field: "image", value: .string(source)),
            SimulatedRun.Override(node: WorkflowGraph.poseNode, field: "image", value: .string(pose)),
        ]
        for member in members where !["raw_image", "pose_image"].contains(member.name) {
            overrides.append(try Self.parameterV1(member))
        }
        return RunOrder(
            account: account, workflow: workflow, overrides: overrides,
            source: try digest(of: WorkflowGraph.sourceNode, in: overrides, account: account),
            pose: try digest(of: WorkflowGraph.poseNode, in: overrides, account: account), dialect: .workflowV1)
    }

    /// The upload behind a link of ours. Other links are not fetched: the simulator calls nobody.
    private func uploadName(_ input: String, in inputs: JSONValue, account: Int) throws(Refusal) -> String {
        guard let link = inputs[input]?.string, link != "" else {
            throw Refusal(code: ProviderCode.invalidParameters, text: "inputs.\(input) must be a link")
        }
        let file = link.firstRange(of: Endpoint.filePrefix).map { link[$0.upperBound...].prefix { $0 != "/" } }
        guard let file, case .upload(let name) = files[String(file)], uploads[name]?.account == account else {
            throw Refusal(
                code: ProviderCode.promptInvalid, text: "inputs.\(input) cannot be read: it is no upload of this key")
        }
        return name
    }

    private static func parameterV1(_ member: JSONValue.Member) throws(Refusal) -> SimulatedRun.Override {
        guard member.value.isScalar else {
            throw Refusal(code: ProviderCode.promptInvalid, text: "inputs.\(member.name) must be a plain value")
        }
        guard let node = WorkflowGraph.node(ofParameter: member.name) else {
            return SimulatedRun.Override(node: WorkflowGraph.noNode, field: member.name, value: member.value)
        }
        let override: JSONValue = [
            "nodeId": .string(node), "fieldName": .string(member.name), "fieldValue": member.value,
        ]
        return try self.override(override)
    }
}

// Status
extension SimulatedProvider {
    mutating func taskV1(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        do throws(Refusal) {
            let account = try account(bearer: request.bearerKey, body: nil)
            guard let id = request.pathID, let index = try? run(.string(id), of: account, at: now) else {
                throw Refusal(ProviderCode.taskNotFound)
            }
            return .document(polledV1(index, fault: fault, origin: request.origin, at: now), status: 200)
        } catch {
            return error.answer(as: .status)
        }
    }

    private mutating func polledV1(_ index: Int, fault: Fault?, origin: String, at now: Duration) -> JSONValue {
        let state = seenState(of: index, fault: fault, at: now)
        var members: [JSONValue.Member] = [
            .init(name: "task_id", value: .string(runs[index].id)),
            .init(name: "status", value: .string(wordV1(of: index, state, fault: fault))),
        ]
        switch state {
        case .queued, .running: break
        case .succeeded: members += outputsV1(of: index, fault: fault, origin: origin)
        case .failed, .cancelled:
            if fault?.kind == .reasonMissing { break }
            members.append(.init(name: "error", value: .string(Self.failure(of: runs[index]).message)))
        }
        return .object(members)
    }

    private func wordV1(of index: Int, _ state: SimulatedRun.State, fault: Fault?) -> String {
        if fault?.kind == .unknownWord { return fault?.word ?? "unknown" }
        switch state {
        case .queued: return fault?.kind == .earlySuccess ? "completed" : "queued"
        case .running: return fault?.kind == .earlySuccess ? "completed" : "running"
        case .succeeded: return "completed"
        case .failed: return "failed"
        case .cancelled: return runs[index].cancelledWord ?? "cancelled"
        }
    }

    private mutating func outputsV1(of index: Int, fault: Fault?, origin: String) -> [JSONValue.Member] {
        if fault?.kind == .outputsNull { return [.init(name: "outputs", value: nil)] }
        if fault?.kind == .outputsEmpty { return [.init(name: "outputs", value: [:])] }
        let outputs = producedOutputs(of: index, fault: fault, origin: origin)
        let shape = fault?.kind == .resultShape ? fault?.word : nil
        return [OutputShape(rawValue: shape ?? "")?.member(outputs) ?? OutputShape.outputs.member(outputs)]
    }
}

/// The ways in which clients of this dialect expect a result (provider sheet 1.2). The simulator's own is `outputs`.
enum OutputShape: String, CaseIterable, Sendable {
    case outputs, output, result, image, string, list, listOfObjects

    func member(_ outputs: [ProducedOutput]) -> JSONValue.Member {
        let links = outputs.map { JSONValue.string($0.link) }
        switch self {
        case .outputs: return .init(name: "outputs", value: Self.named(outputs, "output_image"))
        case .output: return .init(name: "output", value: Self.named(outputs, "output_image"))
        case .result: return .init(name: "result", value: Self.named(outputs, "output_image"))
        case .image: return .init(name: "outputs", value: Self.named(outputs, "image"))
        case .string: return .init(name: "output", value: links.first ?? nil)
        case .list: return .init(name: "outputs", value: .array(links))
        case .listOfObjects: return .init(name: "outputs", value: .array(links.map { ["url": $0] }))
        }
    }

    private static func named(_ outputs: [ProducedOutput], _ name: String) -> JSONValue {
        .object(
            outputs.map { output in
                let isComparison = output.node == WorkflowGraph.comparisonNode
                return .init(name: isComparison ? "comparison_image" : name, value: .string(output.link))
            })
    }
}
