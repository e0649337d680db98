//! What Discord takes as the answer to an interaction.
//!
//! <https://docs.discord.com/developers/interactions/receiving-and-responding>

use serde_json::{Value, json};

use super::limits::{Form, errors, message_errors, places};

/// The choices of an autocompleted option.
const CHOICES: Form = Form {
    texts: &[("choices/#/name", 100)],
    needed: &[("choices/#", "name")],
    lists: &[("choices", 25)],
    urls: &[],
};

/// A form to fill in.
const MODAL: Form = Form {
    texts: &[
        ("title", 45),
        ("custom_id", 100),
        ("components/#/components/#/label", 45),
        ("components/#/components/#/custom_id", 100),
        ("components/#/components/#/placeholder", 100),
        ("components/#/components/#/value", 4_000),
        ("components/#/label", 45),
        ("components/#/description", 100),
        ("components/#/component/custom_id", 100),
        ("components/#/component/placeholder", 100),
        ("components/#/component/value", 4_000),
    ],
    needed: &[
        ("components/#/components/#", "custom_id"),
        ("components/#/component", "custom_id"),
    ],
    lists: &[("components", 5), ("components/#/components", 1)],
    urls: &[],
};

/// The kinds of answers that each kind of interaction may get, by their numbers.
const MAY_GET: &[(u64, &[u64])] = &[
    (1, &[1]),
    (2, &[4, 5, 9]),
    (3, &[4, 5, 6, 7, 9]),
    (4, &[8]),
    (5, &[4, 5, 6, 7]),
];

/// What Discord, or a reader, would not like about `answer` to an interaction of type `interaction`
/// (1 ping, 2 command, 3 component, 4 autocomplete, 5 modal); nothing where all is well.
pub fn wrong_with(interaction: u64, answer: &Value) -> Vec<String> {
    let Some(kind) = answer["type"].as_u64() else {
        return vec!["the answer has no type".to_owned()];
    };
    let may_get = MAY_GET.iter().find(|(number, _)| *number == interaction);
    let mut wrong = Vec::new();
    if may_get.is_none_or(|(_, kinds)| !kinds.contains(&kind)) {
        wrong.push(format!(
            "type {kind} answers no interaction of type {interaction}"
        ));
    }
    let data = &answer["data"];
    let found = match kind {
        4 | 7 => message(data, &mut wrong),
        8 => choices(data, &mut wrong),
        9 => modal(data, &mut wrong),
        _ => Vec::new(),
    };
    let found = found
        .into_iter()
        .map(|(path, _, text)| format!("{path}: {text}"));
    wrong.extend(found);
    wrong
}

fn message(data: &Value, wrong: &mut Vec<String>) -> Vec<super::limits::Error> {
    let has = |name: &str| match &data[name] {
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    if !has("content") && !has("embeds") {
        wrong.push("the message is empty".to_owned());
    }
    if data["allowed_mentions"]["parse"] != json!([]) {
        wrong.push("allowed_mentions.parse is not empty".to_owned());
    }
    message_errors(data)
}

fn choices(data: &Value, wrong: &mut Vec<String>) -> Vec<super::limits::Error> {
    if !data["choices"].is_array() {
        wrong.push("there are no choices".to_owned());
    }
    for (path, value) in places(data, "choices/#/value") {
        let length = value.as_str().map(|text| text.chars().count());
        if length.is_some_and(|length| !(1..=100).contains(&length)) {
            wrong.push(format!("{path}: Must be between 1 and 100 in length."));
        }
    }
    errors(&CHOICES, data)
}

fn modal(data: &Value, wrong: &mut Vec<String>) -> Vec<super::limits::Error> {
    for name in ["title", "custom_id"] {
        if data[name].as_str().is_none_or(str::is_empty) {
            wrong.push(format!("{name}: This field is required"));
        }
    }
    if data["components"].as_array().is_none_or(Vec::is_empty) {
        wrong.push("components: This field is required".to_owned());
    }
    errors(&MODAL, data)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::wrong_with;

    #[test]
    fn answers_have_to_fit_what_was_asked() {
        let quiet = json!({ "parse": [] });
        let message = json!({ "content": "a", "allowed_mentions": quiet });
        let field = json!({ "type": 4, "custom_id": "a", "label": "a", "style": 1 });
        let modal = |title: &str| {
            let row = json!([{ "type": 1, "components": [field] }]);
            json!({ "type": 9, "data": { "title": title, "custom_id": "a", "components": row } })
        };
        let choice = |name: &str, value: &str| {
            json!({ "type": 8, "data": { "choices": [
            { "name": name, "value": value },
        ] } })
        };
        for (interaction, answer, is_right) in [
            (1, json!({ "type": 1 }), true),
            (2, json!({ "type": 1 }), false),
            (2, json!({ "type": 4, "data": message }), true),
            (4, json!({ "type": 4, "data": message }), false),
            (2, json!({ "type": 4, "data": { "content": "a" } }), false),
            (
                2,
                json!({ "type": 4, "data": { "content": "", "allowed_mentions": quiet } }),
                false,
            ),
            (2, json!({ "type": 7, "data": message }), false),
            (3, json!({ "type": 7, "data": message }), true),
            (2, json!({ "type": 5, "data": { "flags": 64 } }), true),
            (2, modal("Title"), true),
            (5, modal("Title"), false),
            (2, modal(""), false),
            (2, modal(&"a".repeat(46)), false),
            (4, choice("a", "a"), true),
            (4, choice("", "a"), false),
            (4, choice("a", &"a".repeat(101)), false),
            (4, json!({ "type": 8, "data": {} }), false),
            (2, json!({}), false),
        ] {
            let wrong = wrong_with(interaction, &answer);
            assert_eq!(
                wrong.is_empty(),
                is_right,
                "{interaction} {answer}: {wrong:?}"
            );
        }
    }
}
