//! What Discord would show of an answer, in lines.

use serde_json::Value;

/// The lines of a message: its embeds' titles, texts and fields, and its buttons.
pub fn lines(message: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let members = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for embed in members(&message["embeds"]) {
        lines.push(text(&embed["title"]));
        lines.extend(text(&embed["description"]).lines().map(str::to_owned));
        for field in members(&embed["fields"]) {
            lines.push(format!(
                "{}: {}",
                text(&field["name"]),
                text(&field["value"])
            ));
        }
    }
    let rows = members(&message["components"]).into_iter();
    let buttons: Vec<String> = rows
        .flat_map(|row| members(&row["components"]))
        .map(|button| format!("[{}]", text(&button["label"])))
        .collect();
    lines.push(buttons.join(" "));
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::lines;

    #[test]
    fn a_message_is_shown_line_by_line() {
        let message = json!({
            "embeds": [{
                "title": "A", "description": "b\nc", "fields": [{ "name": "D", "value": "e" }],
            }],
            "components": [{ "components": [{ "label": "F" }, { "label": "G" }] }],
        });
        assert_eq!(lines(&message), ["A", "b", "c", "D: e", "[F] [G]"]);
        assert!(lines(&json!({})).is_empty());
    }
}
