/// Provider sheet 2.10.
extension SimulatedProvider {
    mutating func addWebhook(
        _ target: WebhookTarget, ofRun index: Int, fault: Fault?, origin: String, at now: Duration
    ) {
        webhooks.add(
            id: names.webhookID(number: index + 1), run: index, origin: origin, target: target,
            copies: configuration.duplicateWebhooks || fault?.kind == .webhookTwice ? 1 : 0,
            isLost: fault?.kind == .webhookLost, at: now)
    }

    /// The deliveries that are due, taken up, and when the next will be.
    mutating func webhooksDue(at now: Duration) -> (deliveries: [WebhookDelivery], next: Duration?) {
        let runs = runs
        let (due, next) = webhooks.take(at: now) { Self.webhookTime(of: runs[$0]) }
        return (due.map { delivery(of: $0, at: now) }, next)
    }

    private mutating func delivery(of number: Int, at now: Duration) -> WebhookDelivery {
        if webhooks.all[number].content == nil {
            webhooks.contentFixed(eventData(of: webhooks.all[number], at: now), of: number)
        }
        let webhook = webhooks.all[number]
        let body: JSONValue = [
            "event": "TASK_END", "taskId": .string(runs[webhook.run].id), "eventData": .string(webhook.content ?? ""),
        ]
        return WebhookDelivery(number: number, target: webhook.target, body: body.text)
    }

    mutating func webhookEnded(_ number: Int, _ outcome: WebhookOutcome, at now: Duration) {
        webhooks.ended(number, outcome, pause: .seconds(configuration.webhookRetryTime), at: now)
    }

    /// A run that is forgotten before its end says nothing.
    private static func webhookTime(of run: SimulatedRun) -> Duration? {
        guard let end = run.endTime else { return nil }
        return run.isForgotten(at: end) && run.forgottenAt != run.endsAt ? nil : end
    }

    /// The outputs reply as text; the time is a number here, as in the official sample.
    private mutating func eventData(of webhook: Webhook, at now: Duration) -> String {
        var envelope = outputs(of: webhook.run, fault: nil, origin: webhook.origin, at: now)
        if let items = envelope.data.array {
            envelope.data = .array(
                items.map { item in
                    item.replacing("taskCostTime") { .integer($0.string.flatMap { Int64($0) } ?? 0) }
                })
        }
        return envelope.json.text
    }

    mutating func webhookDetail(_ request: ProviderRequest, at now: Duration) -> Answer {
        do throws(Refusal) {
            let (account, body) = try opened(request).get()
            let index = try run(body["taskId"], of: account, at: now)
            guard let webhook = webhooks.webhook(ofRun: index) else {
                throw Refusal(code: ProviderCode.various, text: "webhook event not exists")
            }
            return .envelope(.success(detail(of: webhook)))
        } catch {
            return .envelope(error.envelope)
        }
    }

    /// Times are seconds since the simulator's start, as text.
    private func detail(of webhook: Webhook) -> JSONValue {
        [
            "id": .string(webhook.id), "userApiKey": .string(accounts[runs[webhook.run].account].maskedKey),
            "taskId": .string(runs[webhook.run].id), "webhookUrl": .string(webhook.target.link),
            "eventData": webhook.content.map { .string($0) } ?? nil, "callbackStatus": .string(webhook.state.rawValue),
            "callbackResponse": .string(webhook.answer), "retryCount": JSONValue(webhook.retries),
            "createTime": .string(String(webhook.createdAt.inSeconds)),
            "updateTime": .string(String(webhook.updatedAt.inSeconds)),
        ]
    }

    mutating func webhookRetry(_ request: ProviderRequest, at now: Duration) -> Answer {
        do throws(Refusal) {
            let (account, body) = try opened(request).get()
            let id = body["webhookId"]?.string ?? body["webhookId"]?.integer.map { String($0) }
            let webhook = webhooks.all.first { $0.id == id && runs[$0.run].account == account }
            guard let webhook else { throw Refusal(code: ProviderCode.various, text: "webhook event not exists") }
            let link = body["webhookUrl"]?.string
            webhooks.retry(webhook.number, target: try link.map(WebhookTarget.read), at: now)
            return .envelope(.success(nil))
        } catch {
            return .envelope(error.envelope)
        }
    }
}
