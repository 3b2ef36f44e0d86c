/// What really happened: the judge of every test about money. Nothing in it depends on what a client believes.
package struct Ledger: Equatable, Sendable {
    /// A create that the provider recorded and charges for.
    package struct PaidCreate: Equatable, Sendable {
        package let runID: String
        /// Seconds since the simulator's start.
        package let seconds: Double
        package let account: String
        /// By which family of calls it came.
        package let dialect: Dialect
        package let workflow: String
        package let nodes: [Node]
        package let sourceDigest: String
        package let poseDigest: String
        package let marker: String?
        /// `queued`, `running`, `succeeded`, `failed`, `cancelled`.
        package let outcome: String
        /// Coins charged, with what a cancel gave back taken off.
        package let cost: Int
        /// Whether the caller was sent the whole reply of the create.
        package let replied: Bool
    }

    package struct Node: Equatable, Sendable {
        package let node: String
        package let field: String
        package let value: JSONValue
    }

    /// A create that was answered with another code than 0; nothing was made.
    package struct RefusedCreate: Equatable, Sendable {
        package let seconds: Double
        /// The code, or the HTTP status of a fault; 500 where a fault let no reply through.
        package let code: Int
    }

    /// One notice of a run's end.
    package struct Webhook: Equatable, Sendable {
        package let runID: String
        /// Deliveries begun, the repeated ones among them.
        package let attempts: Int
        /// `PENDING`, `RETRYING`, `SUCCESS`, `FAILED`.
        package let state: String
    }

    package struct Calls: Equatable, Sendable {
        /// Request heads seen on a socket.
        package internal(set) var received = 0
        /// Requests read to their end.
        package internal(set) var read = 0
        /// Replies sent whole.
        package internal(set) var answered = 0
    }

    package internal(set) var paid: [PaidCreate] = []
    package internal(set) var refused: [RefusedCreate] = []
    package internal(set) var refusedCount = 0
    package internal(set) var calls: [Endpoint: Calls] = [:]
    package internal(set) var highestConcurrency = 0
    package internal(set) var webhooks: [Webhook] = []
}

extension Ledger {
    var json: JSONValue {
        [
            "paidCreates": JSONValue(paid.count),
            "refusedCreates": JSONValue(refusedCount),
            "charged": JSONValue(paid.reduce(0) { $0 + $1.cost }),
            "highestConcurrency": JSONValue(highestConcurrency),
            "calls": .object(
                Endpoint.allCases.map { endpoint in
                    JSONValue.Member(name: endpoint.rawValue, value: (calls[endpoint] ?? Calls()).json)
                }),
            "creates": .array(paid.map(\.json)),
            "refusals": .array(refused.map { ["time": .number($0.seconds), "code": JSONValue($0.code)] }),
            "webhooks": .array(
                webhooks.map {
                    ["taskId": .string($0.runID), "attempts": JSONValue($0.attempts), "state": .string($0.state)]
                }),
        ]
    }
}

extension Ledger.Calls {
    var json: JSONValue {
        ["received": JSONValue(received), "read": JSONValue(read), "answered": JSONValue(answered)]
    }
}

extension Ledger.PaidCreate {
    var json: JSONValue {
        [
            "taskId": .string(runID), "time": .number(seconds), "account": .string(account),
            "dialect": .string(dialect.rawValue), "workflowId": .string(workflow),
            "nodes": .array(
                nodes.map { ["nodeId": .string($0.node), "fieldName": .string($0.field), "fieldValue": $0.value] }),
            "sourceDigest": .string(sourceDigest), "poseDigest": .string(poseDigest),
            "marker": marker.map { .string($0) } ?? nil,
            "outcome": .string(outcome), "cost": JSONValue(cost), "replied": .bool(replied),
        ]
    }
}
