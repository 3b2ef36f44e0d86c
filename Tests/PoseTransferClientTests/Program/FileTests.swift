import FoundationEssentials
import PoseTransferClient
import Testing

@testable import posetransferctl

@Suite struct FileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "posetransferctl-\(UUID().uuidString)")

    private func inFolder(_ body: (String) throws -> Void) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func aFileIsThereWholeOrNotAtAll() throws {
        try inFolder { folder in
            let file = try OutputFile(path: folder + "/out.png")
            try file.write([1, 2, 3])
            #expect(!FileManager.default.fileExists(atPath: folder + "/out.png"))
            try file.finish(replacing: false)
            #expect(try names() == ["out.png"])
            #expect(try InputFile.read(folder + "/out.png", bytesMax: 3) == [1, 2, 3])
        }
    }

    @Test func whatIsNotFinishedLeavesNothing() throws {
        try inFolder { folder in
            try { _ = try OutputFile(path: folder + "/out.png") }()
            #expect(try names() == [])
        }
    }

    @Test func whatExistsIsReplacedOnlyOnDemand() throws {
        try inFolder { folder in
            let path = folder + "/out.png"
            try Data([9]).write(to: URL(filePath: path))
            let error = #expect(throws: CommandFailure.self) {
                let file = try OutputFile(path: path)
                try file.finish(replacing: false)
            }
            #expect(error?.reason == "FILE_EXISTS")
            #expect(error?.status == .cannotWriteFile)
            #expect(try InputFile.read(path, bytesMax: 9) == [9])
            let file = try OutputFile(path: path)
            try file.write([5])
            try file.finish(replacing: true)
            #expect(try InputFile.read(path, bytesMax: 9) == [5])
            #expect(try names() == ["out.png"])
        }
    }

    @Test func aFolderIsNoPlaceForAFile() throws {
        try inFolder { folder in
            #expect(throws: CommandFailure.self) { _ = try OutputFile(path: folder) }
            #expect(throws: CommandFailure.self) { _ = try OutputFile(path: folder + "/no/such/out.png") }
            #expect(throws: CommandFailure.self) { try InputFile.read(folder, bytesMax: 9) }
        }
    }

    @Test func aFileIsReadUpToItsLimit() throws {
        try inFolder { folder in
            let path = folder + "/in"
            try Data([1, 2, 3]).write(to: URL(filePath: path))
            #expect(try InputFile.read(path, bytesMax: 3).count == 3)
            let error = #expect(throws: CommandFailure.self) { try InputFile.read(path, bytesMax: 2) }
            #expect(error?.status == .cannotReadFile)
            try Data().write(to: URL(filePath: path))
            #expect(try InputFile.read(path, bytesMax: 0) == [])
        }
    }
}
