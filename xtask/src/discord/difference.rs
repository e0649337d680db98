//! What would change at Discord.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Map, Value};

/// What Discord adds by itself, or derives from the rest.
const ITS_OWN: &[&str] = &[
    "id",
    "application_id",
    "version",
    "guild_id",
    "nsfw",
    "dm_permission",
    "name_localized",
    "description_localized",
    "handler",
];

/// Longest value that is shown, in characters.
const SHOWN: usize = 60;

/// What is different between what Discord has and what it is to have.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    added: Vec<String>,
    removed: Vec<String>,
    /// Names of commands, and what of them changes.
    changed: Vec<(String, Vec<String>)>,
    same: Vec<String>,
}

impl Difference {
    /// Between the commands `known` to Discord and those that are `wanted`.
    pub fn between(known: &Value, wanted: &Value) -> Self {
        let (known, wanted) = (by_name(known), by_name(wanted));
        let mut difference = Self::default();
        for (name, wanted) in &wanted {
            let Some(known) = known.get(name) else {
                difference.added.push(name.clone());
                continue;
            };
            let mut changes = Vec::new();
            compare("", known, wanted, &mut changes);
            match changes.is_empty() {
                true => difference.same.push(name.clone()),
                false => difference.changed.push((name.clone(), changes)),
            }
        }
        let gone = known.into_keys().filter(|name| !wanted.contains_key(name));
        difference.removed = gone.collect();
        difference
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.added {
            writeln!(formatter, "+ {name}")?;
        }
        for name in &self.removed {
            writeln!(formatter, "- {name}")?;
        }
        for (name, changes) in &self.changed {
            writeln!(formatter, "~ {name}")?;
            for change in changes {
                writeln!(formatter, "    {change}")?;
            }
        }
        for name in &self.same {
            writeln!(formatter, "= {name}")?;
        }
        Ok(())
    }
}

/// Commands by their names; those of messages and users, whose names may be
/// the same, by their type too.
fn by_name(commands: &Value) -> BTreeMap<String, Value> {
    let list = commands.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = list.iter().map(|command| {
        let name = command["name"].as_str().unwrap_or_default();
        let name = match command["type"].as_u64() {
            None | Some(1) => name.to_owned(),
            Some(kind) => format!("{name} (type {kind})"),
        };
        let mut shown = canonical(command);
        // The type is in the name; and where they work is nothing that a server's own commands can
        // say, though Discord says it of them.
        let is_guilds = command["guild_id"].is_string();
        let scope: &[&str] = if is_guilds {
            &["contexts", "integration_types"]
        } else {
            &[]
        };
        if let Some(fields) = shown.as_object_mut() {
            fields.remove("type");
            scope.iter().for_each(|name| drop(fields.remove(*name)));
        }
        (name, shown)
    });
    named.collect()
}

/// The same without what says nothing: Discord leaves out what is false or
/// empty, and gives what is left out as null.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (name, value) in fields {
                if ITS_OWN.contains(&name.as_str()) {
                    continue;
                }
                let value = match (name.as_str(), value) {
                    // A bit field: a text where it is read.
                    ("default_member_permissions", Value::Number(bits)) => bits.to_string().into(),
                    (_, value) => canonical(value),
                };
                if !is_blank(&value) {
                    kept.insert(name.clone(), value);
                }
            }
            kept.into()
        }
        Value::Array(members) => {
            let mut members: Vec<Value> = members.iter().map(canonical).collect();
            if members.iter().all(Value::is_number) {
                // A set: contexts, types of channels.
                members.sort_by_key(Value::as_u64);
            }
            members.into()
        }
        other => other.clone(),
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(members) => members.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Adds a line for every place where the two are different.
fn compare(place: &str, known: &Value, wanted: &Value, changes: &mut Vec<String>) {
    let below = |name: &str| match place {
        "" => name.to_owned(),
        place => format!("{place}/{name}"),
    };
    match (known, wanted) {
        (Value::Object(known), Value::Object(wanted)) => {
            let names: BTreeSet<&String> = known.keys().chain(wanted.keys()).collect();
            for name in names {
                let of =
                    |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
                compare(&below(name), &of(known), &of(wanted), changes);
            }
        }
        (Value::Array(known), Value::Array(wanted)) if is_named(known) && is_named(wanted) => {
            let order = |list: &[Value]| list.iter().map(name_of).collect::<Vec<_>>();
            if order(known) != order(wanted) {
                let (known, wanted) = (order(known).join(", "), order(wanted).join(", "));
                changes.push(format!("{place}: {known} → {wanted}"));
            }
            for wanted in wanted {
                let same = known.iter().find(|known| name_of(known) == name_of(wanted));
                if let Some(known) = same {
                    compare(&below(&name_of(wanted)), known, wanted, changes);
                }
            }
        }
        (known, wanted) if known == wanted => {}
        (known, wanted) => changes.push(format!("{place}: {} → {}", shown(known), shown(wanted))),
    }
}

fn is_named(list: &[Value]) -> bool {
    list.iter().all(|member| member["name"].is_string())
}

fn name_of(member: &Value) -> String {
    member["name"].as_str().unwrap_or_default().to_owned()
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        value => value.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn command(name: &str, description: &str) -> Value {
        json!({
            "type": 1, "name": name, "description": description, "contexts": [0, 1],
            "default_member_permissions": 32, "name_localizations": { "de": "x" },
            "options": [
                { "type": 3, "name": "package", "description": "a", "required": true },
                { "type": 3, "name": "version", "description": "b", "required": false },
            ],
        })
    }

    /// As Discord answers what was put.
    fn answered(mut command: Value) -> Value {
        command["id"] = "1".into();
        command["version"] = "2".into();
        command["contexts"] = json!([1, 0]);
        command["default_member_permissions"] = "32".into();
        command["description_localizations"] = Value::Null;
        command["options"][1]
            .as_object_mut()
            .map(|option| option.remove("required"));
        command
    }

    #[test]
    fn what_discord_adds_is_no_difference() {
        let wanted = json!([command("a", "x"), command("b", "y")]);
        let known = json!([answered(command("b", "y")), answered(command("a", "x"))]);
        let difference = Difference::between(&known, &wanted);
        assert!(difference.is_empty(), "{difference}");
        assert_eq!(difference.to_string(), "= a\n= b\n");
    }

    #[test]
    fn where_a_servers_commands_work_is_no_difference() {
        let mut wanted = command("a", "x");
        wanted
            .as_object_mut()
            .map(|command| command.remove("contexts"));
        let mut known = answered(command("a", "x"));
        known["guild_id"] = "7".into();
        known["integration_types"] = json!([0]);
        let difference = Difference::between(&json!([known]), &json!([wanted.clone()]));
        assert!(difference.is_empty(), "{difference}");
        known["guild_id"] = Value::Null;
        let difference = Difference::between(&json!([known]), &json!([wanted]));
        assert!(
            !difference.is_empty(),
            "it is one of commands that work everywhere"
        );
    }

    #[test]
    fn every_difference_is_shown() {
        let mut changed = command("b", "new");
        changed["options"][0]["name_localizations"] = json!({ "de": "paket" });
        changed["options"] = json!([changed["options"][0]]);
        let wanted = json!([command("a", "x"), changed]);
        let known = json!([answered(command("b", "old")), answered(command("c", "x"))]);
        let difference = Difference::between(&known, &wanted);
        assert!(!difference.is_empty());
        let expected = "+ a\n- c\n~ b\n    description: \"old\" → \"new\"\n    \
                        options: package, version → package\n    \
                        options/package/name_localizations: nothing → {\"de\":\"paket\"}\n";
        assert_eq!(difference.to_string(), expected);
        let long = Difference::between(
            &json!([command("a", "")]),
            &json!([command("a", &"ä".repeat(99))]),
        );
        assert!(long.to_string().contains('…') && long.to_string().len() < 200);
    }
}
