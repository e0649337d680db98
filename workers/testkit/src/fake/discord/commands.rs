//! Registration of commands.
//!
//! <https://docs.discord.com/developers/interactions/application-commands>

use serde_json::{Map, Value, json};

use super::{
    Discord, error,
    limits::{Error, Form, errors, places, refusal},
};
use crate::fake::{Asked, Reply, script::lock};

/// Most commands that can be put at once.
const MOST: usize = 100;

/// Most characters in all texts of a command together.
const TOTAL: usize = 8_000;

/// A level of options below a list of commands.
macro_rules! form {
    ($prefix:literal) => {
        Form {
            texts: &[
                (concat!($prefix, "/name"), 32),
                (concat!($prefix, "/description"), 100),
                (concat!($prefix, "/choices/#/name"), 100),
            ],
            needed: &[
                ($prefix, "name"),
                ($prefix, "description"),
                (concat!($prefix, "/choices/#"), "name"),
            ],
            lists: &[
                (concat!($prefix, "/options"), 25),
                (concat!($prefix, "/choices"), 25),
            ],
            urls: &[],
        }
    };
}

/// Commands, and the three levels of options that there can be, by the place of their members.
const LEVELS: [(&str, Form); 4] = [
    ("#", form!("#")),
    ("#/options/#", form!("#/options/#")),
    ("#/options/#/options/#", form!("#/options/#/options/#")),
    (
        "#/options/#/options/#/options/#",
        form!("#/options/#/options/#/options/#"),
    ),
];

/// An application whose commands can be registered.
#[derive(Debug)]
pub(super) struct Application {
    id: String,
    bot_token: String,
    /// Commands by guild; those of everywhere under the empty name.
    commands: Map<String, Value>,
}

impl Discord {
    /// Makes an application whose bot has the token `bot_token`.
    pub fn application(&self, id: &str, bot_token: &str) {
        lock(&self.0.applications).push(Application {
            id: id.to_owned(),
            bot_token: bot_token.to_owned(),
            commands: Map::new(),
        });
    }

    /// The commands of an application, everywhere or in one server, as they were put.
    pub fn commands(&self, application: &str, guild: Option<&str>) -> Vec<Value> {
        let applications = lock(&self.0.applications);
        let known = applications.iter().find(|known| known.id == application);
        let commands = known.and_then(|known| known.commands.get(guild.unwrap_or_default()));
        commands
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    }

    /// Answers `/applications/{id}/commands` and `/applications/{id}/guilds/{guild}/commands`.
    pub(super) fn registration(&self, asked: &Asked, id: &str, guild: &str) -> Reply {
        let mut applications = lock(&self.0.applications);
        let authorization = asked.header("authorization").unwrap_or_default();
        let is_bot = |known: &Application| format!("Bot {}", known.bot_token) == authorization;
        if !applications.iter().any(is_bot) {
            return error(401, 0, "401: Unauthorized");
        }
        let known = applications.iter_mut().find(|known| known.id == id);
        let Some(known) = known.filter(|known| is_bot(known)) else {
            return error(
                403,
                20_012,
                "You are not authorized to perform this action on this application",
            );
        };
        match asked.method.as_str() {
            "GET" => {
                let commands = known
                    .commands
                    .get(guild)
                    .cloned()
                    .unwrap_or_else(|| json!([]));
                let localised = asked.parameter("with_localizations") == Some("true");
                Reply::json(200, &answered(id, guild, &commands, localised))
            }
            "PUT" => {
                let commands = asked.json();
                if let Some(refusal) = refusal(wrong_with(&commands, !guild.is_empty())) {
                    return refusal;
                }
                known.commands.insert(guild.to_owned(), commands.clone());
                Reply::json(200, &answered(id, guild, &commands, true))
            }
            _ => error(405, 0, "405: Method Not Allowed"),
        }
    }
}

/// What Discord would refuse in a list of commands.
fn wrong_with(commands: &Value, is_guilds: bool) -> Vec<Error> {
    let Some(list) = commands.as_array() else {
        let text = "Only iterables may be used in a ListType.".to_owned();
        return vec![("commands".into(), "LIST_TYPE_CONVERT", text)];
    };
    let mut found: Vec<Error> = Vec::new();
    if list.len() > MOST {
        let text = format!("Must be {MOST} or fewer in length.");
        found.push(("commands".into(), "BASE_TYPE_MAX_LENGTH", text));
    }
    for (place, form) in &LEVELS {
        found.extend(errors(form, commands));
        for (path, named) in places(commands, place) {
            if !named["name"].as_str().is_some_and(is_name) {
                let text = "Command name is invalid".to_owned();
                found.push((
                    format!("{path}/name"),
                    "APPLICATION_COMMAND_INVALID_NAME",
                    text,
                ));
            }
            let options = named["options"].as_array();
            let required = options
                .into_iter()
                .flatten()
                .map(|o| o["required"] == json!(true));
            if required
                .collect::<Vec<_>>()
                .windows(2)
                .any(|pair| pair == [false, true])
            {
                let text = "Required options must be placed before non-required options".to_owned();
                found.push((
                    path.clone(),
                    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                    text,
                ));
            }
            if named["autocomplete"] == json!(true) && !named["choices"].is_null() {
                let text = "An option has choices or autocompletes.".to_owned();
                found.push((path, "BASE_TYPE_BAD", text));
            }
        }
    }
    for (index, command) in list.iter().enumerate() {
        // "Only for globally-scoped commands", says the documentation of both.
        for name in ["contexts", "integration_types"] {
            if is_guilds && !command[name].is_null() {
                let text = "Only commands that work everywhere can have this.".to_owned();
                found.push((format!("{index}/{name}"), "BASE_TYPE_BAD", text));
            }
        }
        let texts = command.to_string().chars().count();
        // The JSON around the texts counts here too, which only makes the fake stricter.
        if texts > 2 * TOTAL {
            let text = format!("Command exceeds maximum size of {TOTAL}");
            found.push((index.to_string(), "APPLICATION_COMMAND_TOO_LARGE", text));
        }
        let same = |other: &Value| other["name"] == command["name"];
        if list.iter().take(index).any(same) {
            let text = "Application command names must be unique".to_owned();
            found.push((
                index.to_string(),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                text,
            ));
        }
    }
    found
}

/// `^[-_'\p{L}\p{N}]{1,32}$` without capital letters.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'');
    (1..=32).contains(&name.chars().count())
        && name.chars().all(allowed)
        && name.to_lowercase() == name
}

/// The commands as Discord answers them: with ids, and with what was left out.
fn answered(id: &str, guild: &str, commands: &Value, localised: bool) -> Value {
    let list = commands.as_array().map(Vec::as_slice).unwrap_or_default();
    let complete = |(index, command): (usize, &Value)| {
        let mut command = command.clone();
        command["id"] = format!("{}", 1_309_700_000_000_000_000 + index).into();
        command["application_id"] = id.into();
        command["version"] = "1309700000000000001".into();
        command["nsfw"] = false.into();
        if !guild.is_empty() {
            command["guild_id"] = guild.into();
            command["contexts"] = Value::Null;
            command["integration_types"] = json!([0]);
        }
        if command["type"].is_null() {
            command["type"] = 1.into();
        }
        // A bit field that does not fit the numbers of other languages.
        let permissions = match &command["default_member_permissions"] {
            Value::Number(number) => number.to_string().into(),
            other => other.clone(),
        };
        command["default_member_permissions"] = permissions;
        without(&mut command, localised);
        command
    };
    list.iter()
        .enumerate()
        .map(complete)
        .collect::<Vec<_>>()
        .into()
}

/// Takes away what Discord leaves out: other languages unless they are asked for, and `false`.
fn without(named: &mut Value, localised: bool) {
    let Some(fields) = named.as_object_mut() else {
        return;
    };
    for name in ["name_localizations", "description_localizations"] {
        if !localised {
            fields.remove(name);
        } else if !fields.contains_key(name) {
            fields.insert(name.to_owned(), Value::Null);
        }
    }
    for name in ["required", "autocomplete"] {
        if fields.get(name) == Some(&json!(false)) {
            fields.remove(name);
        }
    }
    for name in ["options", "choices"] {
        let members = fields.get_mut(name).and_then(Value::as_array_mut);
        for member in members.into_iter().flatten() {
            without(member, localised);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::wrong_with;

    #[test]
    fn commands_are_taken_as_discord_takes_them() {
        let command =
            |options: Value| json!({ "name": "a", "description": "a", "options": options });
        let option = |name: &str, required: bool| json!({ "type": 3, "name": name, "description": "a", "required": required });
        for (commands, is_right) in [
            (json!([]), true),
            (json!({}), false),
            (
                json!([command(json!([option("a", true), option("b", false)]))]),
                true,
            ),
            (
                json!([command(json!([option("a", false), option("b", true)]))]),
                false,
            ),
            (json!([command(json!([option("A", false)]))]), false),
            (json!([command(json!([option("a b", false)]))]), false),
            (
                json!([command(json!([option(&"a".repeat(33), false)]))]),
                false,
            ),
            (json!([{ "name": "a" }]), false),
            (
                json!([{ "name": "a", "description": "a".repeat(101) }]),
                false,
            ),
            (json!([command(json!([])), command(json!([]))]), false),
            (
                json!([command(
                    (0..26).map(|n| option(&n.to_string(), false)).collect()
                )]),
                false,
            ),
        ] {
            let wrong = wrong_with(&commands, false);
            assert_eq!(wrong.is_empty(), is_right, "{commands}: {wrong:?}");
        }
        let mut everywhere = command(json!([]));
        everywhere["integration_types"] = json!([0]);
        for (is_guilds, is_right) in [(false, true), (true, false)] {
            let wrong = wrong_with(&json!([everywhere]), is_guilds);
            assert_eq!(wrong.is_empty(), is_right, "{wrong:?}");
        }
    }
}
