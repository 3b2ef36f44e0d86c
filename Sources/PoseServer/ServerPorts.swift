package import EngineCore

/// What a server works on: the engine, the disk, the callers' own files and addresses, the clock.
package struct ServerPorts: Sendable {
    package var engine: any EngineFront
    package var reader: any TaskReader
    package var lists: any TaskLists
    package var housekeeper: any Housekeeper
    package var images: any ImageStore
    /// Images that a submit names by a path.
    package var inputFiles: any InputFiles
    /// Judges the addresses that a submit names; the engine fetches them.
    package var imageFetcher: any ImageFetcher
    package var clock: any EngineClock
    /// What Drain calls once it has answered, at most once; the program then ends as after SIGTERM. Must not block.
    package var requestDrain: @Sendable () -> Void

    package init(
        engine: any EngineFront, reader: any TaskReader, lists: any TaskLists, housekeeper: any Housekeeper,
        images: any ImageStore, inputFiles: any InputFiles, imageFetcher: any ImageFetcher, clock: any EngineClock,
        requestDrain: @escaping @Sendable () -> Void
    ) {
        self.engine = engine
        self.reader = reader
        self.lists = lists
        self.housekeeper = housekeeper
        self.images = images
        self.inputFiles = inputFiles
        self.imageFetcher = imageFetcher
        self.clock = clock
        self.requestDrain = requestDrain
    }
}
