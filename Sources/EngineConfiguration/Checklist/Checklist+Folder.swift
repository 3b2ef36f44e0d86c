/// The data folder: whether a service could start on it.
extension Checklist {
    private static let subject = "data folder"

    static func folder(_ facts: FolderFacts) -> [ChecklistLine] {
        let question = facts.exists ? "exists" : "can be made"
        if let fault = facts.fault {
            return [
                ChecklistLine(.no, subject, question, detail: fault, advice: "give another storage.path, or mend it")
            ]
                + [writable(facts.isWritable), space(facts.freeBytes)]
        }
        return [
            ChecklistLine(.yes, subject, question, detail: facts.path), writable(facts.isWritable),
            space(facts.freeBytes), holder(facts.holder),
        ]
    }

    private static func writable(_ isWritable: Bool?) -> ChecklistLine {
        switch isWritable {
        case true?: ChecklistLine(.yes, subject, "writable")
        case false?:
            ChecklistLine(
                .no, subject, "writable",
                advice: "give the user of the service write rights, or mount a volume that is not read-only")
        case nil: ChecklistLine(.notKnown, subject, "writable", advice: "it cannot be looked at")
        }
    }

    private static func space(_ bytes: Int64?) -> ChecklistLine {
        guard let bytes else {
            return ChecklistLine(.notKnown, subject, "free space", advice: "it cannot be looked at")
        }
        let mebibytes = bytes >> 20
        let isEnough = bytes >= ConfigurationLimits.freeBytesMin
        return ChecklistLine(
            isEnough ? .yes : .no, subject, "free space",
            detail: mebibytes >= 10_240 ? "\(mebibytes >> 10) GiB" : "\(mebibytes) MiB",
            advice: isEnough
                ? ""
                : "make room: below \(ConfigurationLimits.freeBytesMin >> 20) MiB a few tasks with large pictures fill it"
        )
    }

    /// A service that runs there is what one hopes to see, so it is no fault.
    private static func holder(_ holder: String?) -> ChecklistLine {
        guard let holder else { return ChecklistLine(.yes, subject, "free for a service") }
        return ChecklistLine(
            .yes, subject, "in use by a running service", detail: "\(holder); a second one cannot start on it")
    }
}
