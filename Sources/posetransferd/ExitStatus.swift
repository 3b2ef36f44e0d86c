import ArgumentParser

/// The daemon's exit statuses (sysexits.h where it has a word for it).
enum ExitStatus {
    static let notServing = ExitCode(1)
    static let checkedNo = ExitCode(1)
    static let unavailable = ExitCode(69)
    static let internalFault = ExitCode(70)
    static let storage = ExitCode(74)
    static let configuration = ExitCode(78)
}
