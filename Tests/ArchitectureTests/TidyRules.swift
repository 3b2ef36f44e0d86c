/// Rules of the code that a text search can judge; each finds its violations in files and says where they are.
enum TidyRules {
    typealias Rule = @Sendable (_ files: [SourceFile]) -> [String]

    /// Rooms in which time and randomness are arguments.
    private static let pure: Set<String> = ["EngineCore", "PoseWire", "BackendAPI"]
    /// Rooms that stand at a C library, a system call or raw memory.
    private static let boundaries: Set<String> = ["PoseWire", "HTTPTransport", "TaskStore", "SystemPorts"]
    /// Rooms whose types are for other people's code.
    private static let published: Set<String> = ["PoseTransferClient", "PoseTransferTestKit", "BackendAPI", "PoseWire"]

    static let all: [String: Rule] = [
        "nothing imports Foundation": { files in
            files.flatMap { file in
                file.imports.filter { $0.module == "Foundation" }.map { "\(file.path):\($0.line): import Foundation" }
            }
        },
        "pure rooms ask no clock, sleep not and draw no random number": { files in
            files.filter { $0.isSource && pure.contains($0.target) }.flatMap {
                $0.places(
                    of:
                        /\bDate\(|\bTask\.sleep\b|\b(ContinuousClock|SuspendingClock|DispatchTime|SystemRandomNumberGenerator)\b|\.random\(|\bclock_gettime\b/
                )
            }
        },
        "no channel handler starts a task or waits": { files in
            files.filter { $0.target == "PoseServer" && $0.isSource && isChannelHandler($0) }.flatMap {
                $0.places(of: /\bTask(\.detached)?\s*(\([^)]*\)\s*)?\{|\bawait\b|\basync\b/)
            }
        },
        "no source crashes on purpose": { files in
            files.filter(\.isSource).flatMap { $0.places(of: /\bfatalError\(|\btry!|\bas!/) }
        },
        "unchecked promises of safety stand at C boundaries": { files in
            files.filter { $0.isSource && !boundaries.contains($0.target) }.flatMap {
                $0.places(of: /@unchecked Sendable|\bnonisolated\(unsafe\)|\bunsafeBitCast\b|\bassumingMemoryBound\b/)
            }
        },
        "only what is for others is public": { files in
            files.filter { $0.isSource && !published.contains($0.target) }.flatMap {
                $0.places(of: /^\s*(@\w+\s+)*public\s+(?!import)\w+/)
            }
        },
        "no file is named for a heap": { files in
            files.map(\.path).filter {
                $0.firstMatch(of: /(Utils?|Utilities|Helpers?|Common|Manager|Misc)(\.swift|\/|\+)/) != nil
            }
        },
        "nothing is left to do": { files in
            files.filter { $0.target != "ArchitectureTests" }.flatMap { file in
                file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
                    index, line in
                    line.firstMatch(of: /\b(TODO|FIXME|XXX|HACK)\b/.wordBoundaryKind(.simple)).map {
                        "\(file.path):\(index + 1): \(line[$0.range])"
                    }
                }
            }
        },
    ]

    private static func isChannelHandler(_ file: SourceFile) -> Bool {
        let isConforming = !file.places(of: /:[^{]*\bChannel(Inbound|Outbound|Duplex)?Handler\b/).isEmpty
        let name = file.path.split(separator: "/").last ?? ""
        return isConforming || name.hasSuffix("Handler.swift") || name.contains("Handler+")
    }
}
