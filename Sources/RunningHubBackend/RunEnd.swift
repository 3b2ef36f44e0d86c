import BackendAPI

/// How a run that has ended is told, in every dialect.
struct RunEnd {
    let errors: ErrorReader
    let outputs: [RunningHubConfiguration.Output]

    func succeeded(_ files: [ListedFile], isImage: (ListedFile) -> Bool = \.isImage, cost: RunCost?) -> Observation {
        guard !files.isEmpty else { return .succeededWithoutOutput }
        let chosen = OutputChoice(outputs: outputs, text: errors.text).chosen(from: files.filter(isImage))
        guard chosen.isEmpty else { return .succeeded(outputs: chosen, cost: cost) }
        let error = BackendError(
            .permanent, code: "no image", message: "the run ended with \(files.count) files, none of them a picture")
        return .failed(error, cost: cost)
    }

    /// `reason` in the provider's words; moderation is told from an ordinary failure by them, or by a code that says so.
    func failed(_ reason: String, code: String, cost: RunCost?) -> Observation {
        let isRejected =
            ProviderCodes.moderationWords.contains { reason.lowercased().contains($0) }
            || Int(code).flatMap { ProviderCodes.meanings[$0]?.errorClass } == .rejected
        if isRejected {
            let message = errors.text.shown("the provider's moderation refused: \(reason)")
            return .failed(BackendError(.rejected, code: code, message: message), cost: cost)
        }
        let isMemory = ProviderCodes.memoryWords.contains { reason.contains($0) }
        let advice = isMemory ? "the graphics memory was too small for this run: " : ""
        let message = errors.text.shown("the run failed: \(advice)\(reason)")
        return .failed(BackendError(.permanent, code: code, message: message), cost: cost)
    }
}
