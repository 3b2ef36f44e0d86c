package import BackendAPI
package import EngineCore

/// For a server that reads no paths.
package struct NoInputFiles: InputFiles {
    package init() {}
    package func open(_ path: String, below roots: [String]) throws(InputFileError) -> any InputFile {
        throw InputFileError(.notAllowed, "this server reads no paths; put the image first")
    }
}

/// For a server that fetches no images.
package struct NoImageFetcher: ImageFetcher {
    package init() {}
    package func refusal(of url: String) -> String? { "this server fetches no images; put the image first" }
    package func fetch(_ url: String, to sink: any ByteSink) async throws(BackendError) {
        throw BackendError(.permanent, code: "url", message: "this server fetches no images")
    }
}

/// For a data folder that cannot be listed.
package struct NoTaskLists: TaskLists {
    package init() {}
    package func list(_ query: TaskListQuery) throws(StoreError) -> TaskListPage {
        throw StoreError(.missing, "this data folder has no lists")
    }
}

/// For a data folder from which nothing is removed.
package struct NoHousekeeper: Housekeeper {
    package init() {}
    package func purge(caller: String) throws(StoreError) -> Removal? {
        throw StoreError(.missing, "nothing is removed from this data folder")
    }
}
