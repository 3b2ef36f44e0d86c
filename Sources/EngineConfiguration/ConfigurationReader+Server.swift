import BackendAPI

extension ConfigurationReader {
    /// `server:`; left out, every key has its default.
    mutating func server(_ root: ConfigurationSection) -> ConfiguredServer? {
        let node = node("server", root)
        let known = ServerKeys.server.map(\.name) + ["limits", "timeouts"]
        guard let section = section(node, "server", known: known) else { return nil }
        let checked = values(in: section, keys: ServerKeys.server)
        let limits = limits(section)
        let timeouts = timeouts(section)
        let callers = callers(checked, section)
        let listen = listenAddress(checked, section)
        let hosts = hosts(checked, section)
        let roots = folders(checked, "input_roots", self.node("input_roots", section), section.path(of: "input_roots"))
        guard let limits, let timeouts, let callers, let listen, let hosts, let roots, checked.isComplete else {
            return nil
        }
        if !callers.isEmpty, !roots.isEmpty {
            warn(
                position("input_roots", section), section.path(of: "input_roots"),
                "counts for the caller 'local' alone, and callers are named; give each caller its own input_roots")
        }
        let settings = ConfiguredServer(
            listen: listen, callers: callers, healthWithoutToken: checked.boolean("health_without_token"),
            inputURLHosts: hosts, inputRoots: roots, limits: limits, timeouts: timeouts)
        return isOpenToOthersOnPurpose(settings, checked, section) ? settings : nil
    }

    private mutating func listenAddress(_ checked: CheckedValues, _ section: ConfigurationSection) -> ListenAddress? {
        guard let text = checked.text("listen") else { return nil }
        if let address = ListenAddress(text) { return address }
        refuse(
            position("listen", section), section.path(of: "listen"),
            "is no address with a port; write 127.0.0.1:7411, [::1]:7411 or localhost:7411 (port 0 to 65535)")
        return nil
    }

    /// A listener that others reach has callers, and their tokens do not travel in the clear by accident.
    private mutating func isOpenToOthersOnPurpose(
        _ settings: ConfiguredServer, _ checked: CheckedValues, _ section: ConfigurationSection
    ) -> Bool {
        guard !settings.listen.isLoopback else { return true }
        let position = position("listen", section)
        guard !settings.callers.isEmpty else {
            refuse(
                position, section.path(of: "listen"),
                """
                \(settings.listen) is reached from other machines, and no caller is named: everybody could spend your \
                money; name callers in server.callers, or listen on 127.0.0.1
                """
            )
            return false
        }
        guard checked.boolean("allow_plaintext") == true else {
            refuse(
                position, section.path(of: "listen"),
                """
                \(settings.listen) is reached from other machines without TLS: tokens and pictures could be read on the \
                way; listen on 127.0.0.1, or set server.allow_plaintext: true where the network is trusted
                """
            )
            return false
        }
        warn(
            position, section.path(of: "listen"),
            "\(settings.listen) takes tokens and pictures without TLS; keep it inside a trusted network")
        return true
    }

    func node(_ key: String, _ section: ConfigurationSection) -> ConfigurationNode {
        section.entry(key)?.value ?? ConfigurationNode(position: section.position, content: .nothing)
    }

    func position(_ key: String, _ section: ConfigurationSection) -> Position { node(key, section).position }

    /// A section of a section that may be left out.
    private mutating func values(_ name: String, _ section: ConfigurationSection, _ keys: [ConfigurationKey])
        -> CheckedValues?
    {
        let node = node(name, section)
        guard let inner = self.section(node, section.path(of: name), known: keys.map(\.name)) else { return nil }
        return values(in: inner, keys: keys)
    }

    private mutating func limits(_ section: ConfigurationSection) -> ConfiguredLimits? {
        guard let checked = values("limits", section, ServerKeys.limits),
            let frame = checked.integer("max_frame_bytes"), let calls = checked.integer("max_calls"),
            let streams = checked.integer("max_streams"), let imageBytes = checked.integer("max_image_bytes"),
            let imagePixels = checked.integer("max_image_pixels"), let connections = checked.integer("max_connections"),
            let requestBytes = checked.integer("max_request_bytes"), let queued = checked.integer("max_queued_tasks")
        else { return nil }
        guard requestBytes >= frame else {
            refuse(
                node("limits", section).node(along: "max_request_bytes").position,
                section.path(of: "limits.max_request_bytes"),
                "is less than one frame (max_frame_bytes, \(frame)); raise it to several frames")
            return nil
        }
        return ConfiguredLimits(
            frameBytesMax: frame, callsPerConnectionMax: calls, streamsPerConnectionMax: streams,
            imageBytesMax: imageBytes,
            imagePixelsMax: imagePixels, connectionsMax: connections, requestBytesMax: requestBytes,
            queuedTasksMax: queued)
    }

    private mutating func timeouts(_ section: ConfigurationSection) -> ConfiguredTimeouts? {
        guard let checked = values("timeouts", section, ServerKeys.timeouts),
            let handshake = checked.milliseconds("handshake"), let frame = checked.milliseconds("frame"),
            let write = checked.milliseconds("write"), let keepalive = checked.milliseconds("keepalive"),
            let idle = checked.milliseconds("idle"), let drain = checked.milliseconds("drain"),
            let startBy = checked.milliseconds("start_by"), let age = checked.milliseconds("max_connection_age")
        else { return nil }
        return ConfiguredTimeouts(
            handshakeMilliseconds: handshake, frameMilliseconds: frame, writeMilliseconds: write,
            keepaliveMilliseconds: keepalive, idleMilliseconds: idle, connectionAgeMaxMilliseconds: age,
            drainMilliseconds: drain, startByMilliseconds: startBy)
    }
}
