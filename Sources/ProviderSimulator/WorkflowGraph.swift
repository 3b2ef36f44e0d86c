/// The one workflow that every id stands for: two pictures in, the picture and a comparison out.
///
/// Node ids 3 and 7 are those of the pose-transfer workflow of provider sheet 1.5; its two readings of the output ids
/// meet in 10 for the picture and 11 for the comparison.
package enum WorkflowGraph {
    package static let sourceNode = "3"
    package static let poseNode = "7"
    package static let resultNode = "10"
    package static let comparisonNode = "11"
    static let samplerNode = "12"
    /// Stands for inputs that no node of the graph takes: only `workflow-v1` lets them through.
    static let noNode = ""

    static let savedSource = "saved_source.png"
    static let savedPose = "saved_pose.png"

    /// API-format graph, as `getJsonApiFormat` gives it in a string.
    static let json: JSONValue = [
        "3": node("LoadImage", "$raw_image.~image", ["image": "saved_source.png"]),
        "7": node("LoadImage", "$pose_image.~image", ["image": "saved_pose.png"]),
        "10": node("SaveImage", "$output.image", ["images": ["12", 0], "filename_prefix": "ComfyUI"]),
        "11": node("SaveImage", "$output.comparison", ["images": ["12", 1], "filename_prefix": "Comparison"]),
        "12": node(
            "PoseTransfer", "Pose transfer",
            ["source": ["3", 0], "pose": ["7", 0], "seed": 42, "steps": 20, "denoise": 1]),
    ]

    private static func node(_ type: String, _ title: String, _ inputs: JSONValue) -> JSONValue {
        ["inputs": inputs, "class_type": .string(type), "_meta": ["title": .string(title)]]
    }

    /// The node that has a field of this name, where it is one that a caller may set by name alone.
    static func node(ofParameter name: String) -> String? {
        switch name {
        case "seed", "steps", "denoise": samplerNode
        case "filename_prefix": resultNode
        default: nil
        }
    }

    /// What the saved workflow holds in a field; nil where there is no such node or field.
    static func savedValue(node: String, field: String) -> JSONValue? { json[node]?["inputs"]?[field] }

    static let promptTips: JSONValue = [
        "result": true, "error": nil, "outputs_to_execute": ["10", "11"], "node_errors": [:],
    ]

    static let promptTipsWithErrors: JSONValue = [
        "result": false,
        "error": ["type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"],
        "outputs_to_execute": [],
        "node_errors": [
            "3": [
                "errors": [["type": "custom_validation_failed", "message": "Custom validation failed for node"]],
                "dependent_outputs": ["10"], "class_type": "LoadImage",
            ]
        ],
    ]
}
