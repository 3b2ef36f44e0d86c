import BackendAPI
import HTTPTransport

/// Reads a result's file. Its host knows neither our key nor our workflow: it is sent no header of ours, and its refusals say something
/// about the address alone.
struct ResultDownload {
    let configuration: RunningHubConfiguration
    let transport: any HTTPTransport
    let errors: ErrorReader

    func read(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError) {
        let request = HTTPRequest(
            .get, output.url, egress: configuration.resultEgress, time: RunningHubLimits.downloadTime,
            bodyBytesMax: RunningHubLimits.resultBytesMax, sink: SinkAdapter(sink: sink))
        switch await transport.result(of: request) {
        case .failure(let error): throw mapped(error)
        case .success(let response) where response.isSuccess: return
        case .success(let response): throw mapped(response)
        }
    }

    private func mapped(_ error: HTTPTransportError) -> BackendError {
        var mapped = errors.error(error)
        if error.code == .placeRefused { mapped.message += "; add the host to result_hosts if it is the provider's" }
        return mapped
    }

    private func mapped(_ response: HTTPResponse) -> BackendError {
        var mapped = errors.error(response)
        switch response.status {
        case 401, 403, 404, 410:
            mapped.errorClass = .expired
            mapped.message = "the result's address no longer works (HTTP \(response.status))"
        case 402, 405: mapped.errorClass = .permanent
        default: break
        }
        return mapped
    }
}

/// Hands a body on to the port's sink.
private struct SinkAdapter: HTTPBodySink {
    let sink: any ByteSink
    func write(_ bytes: UnsafeRawBufferPointer) throws { try sink.write(bytes) }
}

extension HTTPTransport {
    func result(of request: HTTPRequest) async -> Result<HTTPResponse, HTTPTransportError> {
        do throws(HTTPTransportError) {
            return .success(try await execute(request))
        } catch {
            return .failure(error)
        }
    }
}
