internal import NIOCore
internal import Synchronization

/// Carries out what the provider decides about webhooks. All on one event loop, one look after the other.
final class WebhookCourier: Sendable {
    private let host: ProviderHost
    private let clock: SimulatorClock
    private let loop: any EventLoop
    private let limit: TimeAmount
    /// Set before the event loop goes.
    private let isStopped = Atomic(false)
    private let timer = Mutex<Scheduled<Void>?>(nil)

    init(host: ProviderHost, clock: SimulatorClock, loop: any EventLoop, limitSeconds: Double) {
        self.host = host
        self.clock = clock
        self.loop = loop
        limit = .nanoseconds(Int64(min(limitSeconds, SimulatorLimits.secondsMax) * 1e9))
        let look: @Sendable () -> Void = { [weak self] in self?.look() }
        host.onWebhooks(look)
        if case .manual(let time) = clock { time.onAdvance(look) }
    }

    /// Nothing is sent any more.
    func stop() { isStopped.store(true, ordering: .sequentiallyConsistent) }

    /// Sends what is due, and comes back when the next will be.
    private func look() {
        guard !isStopped.load(ordering: .sequentiallyConsistent) else { return }
        loop.execute { [self] in
            let (deliveries, next) = host.takeWebhooks()
            for delivery in deliveries { send(delivery) }
            if let next { comeBack(at: next) }
        }
    }

    private func send(_ delivery: WebhookDelivery) {
        WebhookExchange.run(delivery, on: loop, limit: limit).whenSuccess { [host] outcome in
            host.decide { provider, now in provider.webhookEnded(delivery.number, outcome, at: now) }
        }
    }

    /// A clock that is moved by hand tells by itself.
    private func comeBack(at time: Duration) {
        guard case .continuous = clock else { return }
        let seconds = min(max(0, (time - clock.now).inSeconds), SimulatorLimits.secondsMax)
        let scheduled = loop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { [weak self] in
            guard let self else { return }
            look()
        }
        timer.withLock { timer in
            timer?.cancel()
            timer = scheduled
        }
    }
}
