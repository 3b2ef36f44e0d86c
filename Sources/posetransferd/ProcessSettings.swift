import Glibc
import Logging

/// What the process asks of the system before anything else runs.
enum ProcessSettings {
    /// No core files (they would hold the key), files of ours for nobody else, a broken pipe is an error and not an end, and as many
    /// descriptors as the system allows.
    static func apply(connectionsMax: Int, logger: Logger) {
        // Where core files go to a program (core_pattern with a pipe) Linux ignores a limit of 0; one byte is its word for "none" (core(5)).
        var noCore = rlimit(rlim_cur: 1, rlim_max: 1)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        raiseDescriptorLimit(connectionsMax: connectionsMax, logger: logger)
    }

    private static func raiseDescriptorLimit(connectionsMax: Int, logger: Logger) {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            setrlimit(resource, &limit)
        }
        let wanted = connectionsMax + 512
        if limit.rlim_cur < rlim_t(wanted) {
            logger.warning(
                "the system allows fewer open files than connections_max needs",
                metadata: ["allowed": "\(limit.rlim_cur)", "needed": "\(wanted)"])
        }
    }
}
