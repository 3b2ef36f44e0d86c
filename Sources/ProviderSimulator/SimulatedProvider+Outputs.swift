/// One file that a run made, behind any face.
struct ProducedOutput: Sendable {
    let node: String
    let link: String
    let fileType: String
}

extension SimulatedProvider {
    /// The files of a run that succeeded: the picture, then the comparison, unless a fault has it otherwise.
    mutating func producedOutputs(of index: Int, fault: Fault?, origin: String) -> [ProducedOutput] {
        let ending = configuration.resultFormat.ending
        var picture = output(
            of: index, isComparison: false, fileType: fault?.kind == .noImage ? "txt" : ending, origin: origin)
        if fault?.kind == .resultLink, let link = fault?.link {
            picture = ProducedOutput(node: picture.node, link: link, fileType: picture.fileType)
        }
        let comparison = output(of: index, isComparison: true, fileType: ending, origin: origin)
        switch fault?.kind {
        case .comparisonFirst: return [comparison, picture]
        case .otherNodesOnly: return [comparison]
        case .noImage: return [picture]
        default: return configuration.comparison ? [picture, comparison] : [picture]
        }
    }

    private mutating func output(
        of index: Int, isComparison: Bool, fileType: String, origin: String
    ) -> ProducedOutput {
        let run = runs[index]
        let token = names.fileToken(of: "\(run.id) \(isComparison)")
        files[token] = .result(run: index, isComparison: isComparison)
        let prefix = run.marker.map { $0.utf8.allSatisfy(Self.isPlain) ? $0 : "ComfyUI" } ?? "ComfyUI"
        let name = "\(isComparison ? "Comparison" : prefix)_00001_.\(fileType)"
        return ProducedOutput(
            node: isComparison ? WorkflowGraph.comparisonNode : WorkflowGraph.resultNode,
            link: "\(origin)\(Endpoint.filePrefix)\(token)/\(name)", fileType: fileType)
    }

    /// Letters, digits, hyphen, underscore: what may stand in a link without escapes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}
