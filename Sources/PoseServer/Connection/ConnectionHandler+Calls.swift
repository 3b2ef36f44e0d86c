import EngineCore
import Logging
import NIOCore
import NIOPosix
import PoseWire

/// What methods use: the answer to a call, the way to the engine and the way to the disk.
extension ConnectionHandler {
    // MARK: the beginning

    /// One switch shows every method.
    func start(_ method: WireMethod, _ frame: Frame) {
        let call = Call(id: frame.header.call, method: method, hasMore: frame.header.hasMore)
        calls[call.id] = call
        timers.requestTaken(at: hub.now)
        timers.callsChanged(hasOpenCalls: true, at: hub.now)
        do throws(WireError) {
            try admit(call)
            switch method {
            case .submitPoseTransfer: SubmitPoseTransfer.begin(try unpack(frame, call), call, self)
            case .streamStatus: StreamStatus.begin(try unpack(frame, call) as StreamStatusRequest, call, self)
            case .getTask: GetTask.begin(try unpack(frame, call), call, self)
            case .cancelTask: CancelTask.begin(try unpack(frame, call), call, self)
            case .putImage: PutImage.begin(try unpack(frame, call), call, self)
            case .fetchResult: FetchResult.begin(try unpack(frame, call), call, self)
            case .checkHealth: CheckHealth.begin(try unpack(frame, call), call, self)
            case .listTasks: ListTasks.begin(try unpack(frame, call) as ListTasksRequest, call, self)
            case .describeServer: DescribeServer.begin(try unpack(frame, call), call, self)
            case .listUnknown: ListTasks.begin(try unpackAdmin(frame, call) as ListUnknownRequest, call, self)
            case .listAllTasks: ListTasks.begin(try unpackAdmin(frame, call) as ListAllTasksRequest, call, self)
            case .watchAll: StreamStatus.begin(try unpackAdmin(frame, call) as WatchAllRequest, call, self)
            case .resolveTask: ResolveTask.begin(try unpackAdmin(frame, call), call, self)
            case .setEngine: SetEngine.begin(try unpackAdmin(frame, call), call, self)
            case .purgeCaller: PurgeCaller.begin(try unpackAdmin(frame, call), call, self)
            case .drain: Drain.begin(try unpackAdmin(frame, call), call, self)
            }
        } catch {
            fail(call, error)
        }
    }

    /// An operator's methods are closed to others, whatever their payload is.
    private func admit(_ call: Call) throws(WireError) {
        guard call.method.isAdministrative else { return }
        call.audit = AuditEntry(caller: caller, method: call.method)
        guard identity.isAdmin else {
            throw WireError(.adminOnly, "\(call.method.name) is for callers with admin rights")
        }
    }

    private func unpackAdmin<Request: AdminRequest>(_ frame: Frame, _ call: Call) throws(WireError) -> Request {
        let request: Request = try unpack(frame, call)
        call.audit?.note = request.auditNote
        call.audit?.about = request.auditAbout
        return request
    }

    /// The audit log gets its line, unless it has it already.
    func audit(_ call: Call, outcome: String) {
        call.audit?.write(to: services.auditLogger, outcome: outcome)
        call.audit = nil
    }

    private func unpack<Request: CallRequest>(_ frame: Frame, _ call: Call) throws(WireError) -> Request {
        let request = try hub.codec.unpack(Request.self, from: frame.payload)
        startDeadline(of: call, milliseconds: request.context.timeoutMilliseconds)
        return request
    }

    private func startDeadline(of call: Call, milliseconds: UInt32) {
        guard milliseconds > 0 else { return }
        call.deadline = hub.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) { [self] in
            guard call.isOpen else { return }
            fail(call, .callTimeout)
            settle()
        }
    }

    /// Counts a request's bytes as held until the call ends.
    func hold(_ bytes: Int, for call: Call) {
        services.admission.count(bytes)
        call.heldBytes += bytes
    }

    func dataReceived(_ id: UInt32, _ bytes: ByteBuffer, isLast: Bool) {
        guard let call = calls[id], let upload = call.ongoing as? Upload else { return }
        upload.dataReceived(bytes, isLast: isLast)
    }

    // MARK: the end

    /// RESPONSE as the call's last frame.
    func respond(_ call: Call, _ message: some WireMessage) {
        guard call.isOpen else { return }
        send(message, as: .response, call: call.id)
        audit(call, outcome: AuditEntry.succeeded)
        ended(call)
    }

    /// RESPONSE of a download; DATA and END follow.
    func beginResponse(_ call: Call, _ message: ResultHeader) {
        guard call.isOpen else { return }
        send(message, as: .response, call: call.id)
    }

    /// END OK.
    func finish(_ call: Call) {
        guard call.isOpen else { return }
        send(Status(code: .ok, message: "", reason: ""), as: .end, call: call.id)
        ended(call)
    }

    /// END with an error.
    func fail(_ call: Call, _ error: WireError) {
        guard call.isOpen else { return }
        sendEnd(call.id, error)
        audit(call, outcome: error.reason.rawValue)
        ended(call)
        if machine.callFailed(error, at: hub.now) { goAwayAndClose(.tooManyErrors) }
    }

    func sendItem(_ call: Call, _ item: StatusStream.Item) {
        var event = StatusEvent(item.event, dropped: item.dropped)
        if call.method == .watchAll { event.caller = item.event.caller }
        send(event, as: .item, call: call.id)
    }

    private func ended(_ call: Call) {
        machine.callEnded(call.id)
        letGo(of: call)
        timers.callsChanged(hasOpenCalls: !calls.isEmpty, at: hub.now)
    }

    /// The call's files, listeners, memory and timer.
    func letGo(of call: Call) {
        call.isOpen = false
        calls[call.id] = nil
        audit(call, outcome: AuditEntry.connectionLost)
        call.deadline?.cancel()
        call.deadline = nil
        services.admission.release(call.heldBytes)
        call.heldBytes = 0
        call.ongoing?.callEnded()
        call.ongoing = nil
    }

    // MARK: the engine and the disk

    func ask(_ request: EngineRequest, for call: Call) { hub.ask(request, for: call, of: self) }

    func engineAnswered(_ call: Call, _ answer: EngineAnswer) {
        guard call.isOpen else { return }
        switch call.method {
        case .submitPoseTransfer: SubmitPoseTransfer.answered(answer, call, self)
        case .cancelTask: CancelTask.answered(answer, call, self)
        case .putImage: PutImage.answered(answer, call, self)
        case .resolveTask: ResolveTask.answered(answer, call, self)
        case .setEngine: SetEngine.answered(answer, call, self)
        default: fail(call, .internalFault)
        }
    }

    /// Runs `work` where it may wait for the disk. A failure ends the call and is logged, unless it is a refusal; `orElse` runs in place of
    /// `then` after a failure, and when the call has ended meanwhile.
    func onPool<Value: Sendable>(
        _ call: Call, _ work: @escaping @Sendable () throws -> Value, then: @escaping (Value) -> Void,
        orElse: @escaping () -> Void = {}
    ) {
        services.pool.runIfActive(eventLoop: hub.eventLoop, work).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let value) where call.isOpen: then(value)
            case .success: orElse()
            case .failure(let error):
                if call.isOpen { fail(call, refusal(error, call)) }
                orElse()
            }
            settle()
        }
    }

    /// What a failure on the disk's side means for the caller. What is the server's own fault goes to the log.
    private func refusal(_ error: any Error, _ call: Call) -> WireError {
        let refusal: WireError
        switch error {
        case let error as WireError: refusal = error
        case let error as IntakeError: refusal = WireError(error, image: "")
        case let error as StoreError: refusal = WireError(error)
        default: refusal = .internalFault
        }
        if refusal.reason == .internalFault || refusal.reason == .storageFull {
            logger.error(
                "call failed", metadata: ["call": "\(call.id)", "method": "\(call.method)", "error": "\(error)"])
        }
        return refusal
    }
}

/// Every request of a method says how long its caller waits.
protocol CallRequest: WireMessage {
    var context: CallContext { get }
}

extension SubmitPoseTransferRequest: CallRequest {}
extension StreamStatusRequest: CallRequest {}
extension GetTaskRequest: CallRequest {}
extension CancelTaskRequest: CallRequest {}
extension PutImageRequest: CallRequest {}
extension FetchResultRequest: CallRequest {}
extension CheckHealthRequest: CallRequest {}
extension ListTasksRequest: CallRequest {}
extension DescribeServerRequest: CallRequest {}
