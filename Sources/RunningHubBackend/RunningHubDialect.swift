/// The provider's forms of calls.
package enum RunningHubDialect: String, CaseIterable, Sendable {
    case taskOpenAPI = "task-openapi"
    case workflowV1 = "workflow-v1"

    /// Where an old file that names no site works: the site that its author moved to (the old default host never answered).
    static let defaultBaseURL = "https://www.runninghub.ai"
    static let oldHost = "api.runninghub.ai"

    /// What is meant where the settings do not say.
    static func usual(at host: String) -> RunningHubDialect { host == oldHost ? .workflowV1 : .taskOpenAPI }
}
