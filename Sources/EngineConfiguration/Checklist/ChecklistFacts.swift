package import BackendAPI

/// What came of asking one engine's provider.
package enum ProbeOutcome: Sendable, Equatable {
    case answered(Probe)
    /// No answer within the bound of the whole check.
    case timedOut(seconds: Double)
    /// The engine could not be made; the reason for people.
    case impossible(String)
}

/// What a look at the data folder saw; nothing was made or changed for it.
package struct FolderFacts: Sendable, Equatable {
    /// As configured.
    package let path: String
    package let exists: Bool
    /// Why it cannot be used, or cannot be made where it is not there, and what to do; `nil`: it can.
    package let fault: String?
    package let isWritable: Bool?
    package let freeBytes: Int64?
    /// Who uses it now (`process 123`); `nil`: nobody.
    package let holder: String?

    package init(
        path: String, exists: Bool, fault: String?, isWritable: Bool?, freeBytes: Int64?, holder: String?
    ) {
        self.path = path
        self.exists = exists
        self.fault = fault
        self.isWritable = isWritable
        self.freeBytes = freeBytes
        self.holder = holder
    }
}

/// Everything that the checklist judges besides the configuration itself.
package struct ChecklistFacts: Sendable, Equatable {
    /// The configuration's path.
    package let file: String
    package let folder: FolderFacts
    /// By engine; `nil`: nobody was asked (without `--online`).
    package let probes: [String: ProbeOutcome]?

    package init(file: String, folder: FolderFacts, probes: [String: ProbeOutcome]?) {
        self.file = file
        self.folder = folder
        self.probes = probes
    }
}
