import BackendAPI
import Testing

@testable import EngineConfiguration

@Suite struct KeyReferenceTests {
    @Test func theCommittedReferenceIsTheDeclaredOne() throws {
        let isFresh = try Shipped.text("docs/configuration.md") == ConfigurationReference(Shipped.registry).markdown
        #expect(isFresh, "run: posetransferd config --reference > docs/configuration.md")
    }

    @Test func everyKeyHasARowWithTypeDefaultAndRange() {
        let text = ConfigurationReference(fakeRegistry).markdown
        for row in [
            "| `max_calls` | whole number | `256` | 1 to 4096 | Calls in work per connection; reads pause beyond. |",
            "| `workflow_id` | text | required |  | the number in the workflow's address |",
            "| `billing` | word | `paid` | `paid`, `none` | costs money |",
            "| `poll_interval` | seconds | `3` | 0.05 to 3600 | between two looks |",
            "| `result_hosts` | list of text | `[]` |  | hosts of results |",
            "In each entry of `outputs`:", "| `name` | text | `image` |  | name of the file |",
            "## `engines.NAME.config, type: onething` (disabled)", "## `pipelines.NAME.steps.NAME`",
            "printf %s \"$TOKEN\" \\| sha256sum",
        ] {
            #expect(text.contains(row), "\(row)")
        }
    }

    @Test func aKeyThatIsDeclaredLaterShowsUpByItself() {
        struct Later: BackendFactory {
            let type = "later"
            let keys = [ConfigurationKey("brand_new", .boolean, default: "true", help: "New.")]
            func plan(_ settings: BackendSettings) -> EnginePlan { FakeFactory().plan(settings) }
            func make(_ settings: BackendSettings) throws -> any Backend { LegacyBackend(type: type) }
        }
        let text = ConfigurationReference(BackendRegistry([Later()])).markdown
        #expect(text.contains("| `brand_new` | true or false | `true` |  | New. |"))
    }
}
