//! Discord's interactions: payloads shaped like its real ones, and signatures around them.
//!
//! The shape is that of the examples in
//! <https://docs.discord.com/developers/interactions/receiving-and-responding>.

use ed25519_compact::{KeyPair, Seed};
use serde_json::{Map, Value, json};

use crate::sign::hex;

/// The application that interactions are for unless they say otherwise.
pub const APPLICATION: &str = "1309400000000000001";
/// The server that they come from.
pub const GUILD: &str = "1309410000000000000";
/// The channel there.
pub const CHANNEL: &str = "1309411000000000000";
/// Who acts.
pub const USER: &str = "1309420000000000007";

/// Discord's part of an application's key. Written with another implementation of Ed25519 than the
/// one that checks.
pub struct InteractionKey(KeyPair);

impl InteractionKey {
    /// The key that tests use; it protects nothing.
    pub fn for_tests() -> Self {
        Self::from_seed([7; 32])
    }

    /// The key with this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(KeyPair::from_seed(Seed::new(seed)))
    }

    /// What the application is told as its public key.
    pub fn public(&self) -> String {
        hex(&*self.0.pk)
    }

    /// The signature of `body` at `timestamp`, in hex.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let message = [timestamp.as_bytes(), body].concat();
        hex(self.0.sk.sign(message, None).as_ref())
    }

    /// The headers of an interaction, names in lower case; `seconds` since 1970 is when it is.
    pub fn headers(&self, seconds: i64, body: &[u8]) -> Vec<(String, String)> {
        let timestamp = seconds.to_string();
        let signature = self.sign(&timestamp, body);
        [
            ("content-type", "application/json".to_owned()),
            (
                "user-agent",
                "Discord-Interactions/1.0 (+https://discord.com)".to_owned(),
            ),
            ("x-signature-ed25519", signature),
            ("x-signature-timestamp", timestamp),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// An interaction in the making.
#[derive(Debug, Clone)]
pub struct Interaction(Value);

impl Interaction {
    /// Discord's question whether anybody is there.
    pub fn ping() -> Self {
        let mut ping = Self::of(1, Value::Null);
        for name in [
            "channel",
            "channel_id",
            "guild",
            "guild_id",
            "guild_locale",
            "locale",
            "member",
        ] {
            ping = ping.without(name);
        }
        ping.without("data").with(
            "user",
            json!({ "id": "643945264868098049", "username": "discord" }),
        )
    }

    /// A command and, behind spaces, its subcommand: `package info`, `status`.
    pub fn command(path: &str) -> Self {
        Self::of(2, command(path))
    }

    /// A command while its option `name` is being typed and has come to `typed`.
    pub fn autocomplete(path: &str, name: &str, typed: &str) -> Self {
        Self::command(path).typing(name, typed)
    }

    /// The same while the option `name` is being typed, the others filled in.
    #[must_use]
    pub fn typing(self, name: &str, typed: &str) -> Self {
        let focused = json!({ "name": name, "type": 3, "value": typed, "focused": true });
        self.with("type", 4).push(focused)
    }

    /// A button that was pressed on a message of the application.
    pub fn button(custom_id: &str) -> Self {
        let data = json!({ "id": 2, "component_type": 2, "custom_id": custom_id });
        Self::of(3, data).with(
            "message",
            json!({
                "id": "1309600000000000000", "type": 20, "channel_id": CHANNEL, "content": "",
                "application_id": APPLICATION, "flags": 64, "embeds": [], "components": [],
                "author": { "id": APPLICATION, "username": "vtta-edge", "bot": true },
                "interaction_metadata": {
                    "id": "1309500000000000041", "type": 2, "name": "package versions",
                    "user": { "id": USER, "username": "mira" },
                },
            }),
        )
    }

    /// A form that was filled in, with its fields' names and values, each in its label.
    pub fn modal(custom_id: &str, fields: &[(&str, &str)]) -> Self {
        let labels = fields.iter().enumerate().map(|(index, (name, value))| {
            let field = json!({ "type": 4, "id": index + 2, "custom_id": name, "value": value });
            json!({ "type": 18, "id": index + 1, "component": field })
        });
        let labels: Vec<Value> = labels.collect();
        Self::of(5, json!({ "custom_id": custom_id, "components": labels }))
    }

    fn of(kind: u64, data: Value) -> Self {
        Self(json!({
            "type": kind, "version": 1, "id": "1309500000000000042",
            "application_id": APPLICATION, "token": "fake-interaction-token-aW50ZXJhY3Rpb24",
            "app_permissions": "2147483647", "context": 0, "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": { "0": GUILD },
            "entitlements": [], "entitlement_sku_ids": [],
            "channel": { "id": CHANNEL, "type": 0, "name": "releases", "guild_id": GUILD },
            "channel_id": CHANNEL,
            "guild": { "id": GUILD, "locale": "en-US", "features": [] },
            "guild_id": GUILD, "guild_locale": "en-US", "locale": "en-US",
            "member": {
                "user": { "id": USER, "username": "mira", "global_name": "Mira", "discriminator": "0" },
                "roles": [], "permissions": "0", "nick": null, "deaf": false, "mute": false,
                "joined_at": "2024-01-01T10:00:00.000000+00:00",
            },
            "data": data,
        }))
    }

    /// The same with a text, number or truth value for the option `name`.
    #[must_use]
    pub fn option(self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let kind = match &value {
            Value::Bool(_) => 5,
            Value::Number(number) if number.is_f64() => 10,
            Value::Number(_) => 4,
            _ => 3,
        };
        self.push(json!({ "name": name, "type": kind, "value": value }))
    }

    /// The same with a channel (7) or role (8) for the option `name`, which Discord describes too.
    #[must_use]
    pub fn mention(mut self, name: &str, kind: u64, id: &str) -> Self {
        let (list, described) = match kind {
            7 => (
                "channels",
                json!({
                    "id": id, "name": "releases", "type": 0,
                    "permissions": self.0["member"]["permissions"],
                }),
            ),
            _ => (
                "roles",
                json!({ "id": id, "name": "players", "permissions": "0" }),
            ),
        };
        self.0["data"]["resolved"][list][id] = described;
        self.push(json!({ "name": name, "type": kind, "value": id }))
    }

    /// The same in another language.
    #[must_use]
    pub fn locale(self, locale: &str) -> Self {
        self.with("locale", locale)
    }

    /// The same in another server.
    #[must_use]
    pub fn guild(mut self, guild: &str) -> Self {
        self.0["guild"]["id"] = guild.into();
        self.0["channel"]["guild_id"] = guild.into();
        self.with("guild_id", guild)
    }

    /// The same by a member with these roles, and these permissions in every channel.
    #[must_use]
    pub fn member(mut self, roles: &[&str], permissions: u64) -> Self {
        self.0["member"]["roles"] = json!(roles);
        self.0["member"]["permissions"] = permissions.to_string().into();
        let channels = self.0.pointer_mut("/data/resolved/channels");
        for channel in channels
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            channel.1["permissions"] = permissions.to_string().into();
        }
        self
    }

    /// The same where the caller may do something else in a channel that an option names.
    #[must_use]
    pub fn permitted_in(mut self, channel: &str, permissions: u64) -> Self {
        self.0["data"]["resolved"]["channels"][channel]["permissions"] =
            permissions.to_string().into();
        self
    }

    /// The same by another user.
    #[must_use]
    pub fn user(mut self, id: &str, name: &str) -> Self {
        let user = json!({ "id": id, "username": name, "global_name": name });
        match self.0.get_mut("member") {
            Some(member) => member["user"] = user,
            None => self.0["user"] = user,
        }
        self
    }

    /// The same outside of any server.
    #[must_use]
    pub fn direct(mut self) -> Self {
        let user = self.0["member"]["user"].clone();
        self = self.with("user", user).with("context", 1);
        for name in ["member", "guild", "guild_id", "guild_locale"] {
            self = self.without(name);
        }
        self
    }

    /// The same with the interaction's token, by which its answer is edited.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.with("token", token)
    }

    /// The same with the member `name` of the payload.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }

    /// The same without the member `name` of the payload.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        if let Some(fields) = self.0.as_object_mut() {
            fields.remove(name);
        }
        self
    }

    /// The payload.
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// The payload's type: 1 ping, 2 command, 3 component, 4 autocomplete, 5 modal.
    pub fn kind(&self) -> u64 {
        self.0["type"].as_u64().unwrap_or_default()
    }

    /// The payload as it is sent.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }

    /// Adds an option to the innermost subcommand.
    fn push(mut self, option: Value) -> Self {
        let mut place = &mut self.0["data"];
        while place["options"][0]["type"] == 1 || place["options"][0]["type"] == 2 {
            place = &mut place["options"][0];
        }
        match place["options"].as_array_mut() {
            Some(options) => options.push(option),
            None => place["options"] = json!([option]),
        }
        self
    }
}

/// What was called: the command, its group and its subcommand.
fn command(path: &str) -> Value {
    let mut names = path.split(' ');
    let name = names.next().unwrap_or_default();
    let below: Vec<&str> = names.collect();
    let mut data = json!({ "id": "1309700000000000000", "name": name, "type": 1 });
    let mut inner: Option<Value> = None;
    for (index, name) in below.iter().rev().enumerate() {
        let kind = if index == 0 { 1 } else { 2 };
        let mut level = Map::new();
        level.insert("name".into(), (*name).into());
        level.insert("type".into(), kind.into());
        let options = inner
            .take()
            .map_or_else(|| json!([]), |inner| json!([inner]));
        level.insert("options".into(), options);
        inner = Some(level.into());
    }
    if let Some(inner) = inner {
        data["options"] = json!([inner]);
    }
    data
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Interaction, InteractionKey};

    /// RFC 8032, section 7.1, test 2: the message is one byte, here split between what stands for
    /// the timestamp and the body.
    #[test]
    fn known_answer() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let bytes: Vec<u8> = (0..32)
            .map(|index| u8::from_str_radix(&seed[2 * index..2 * index + 2], 16).expect("hex"))
            .collect();
        let key = InteractionKey::from_seed(bytes.try_into().expect("32 bytes"));
        assert_eq!(
            key.public(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        assert_eq!(
            key.sign("r", b""),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613\
             d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert_eq!(key.sign("r", b""), key.sign("", b"r"));
    }

    #[test]
    fn options_go_to_the_innermost_subcommand() {
        for (path, place) in [
            ("latest", "/data/options/0"),
            ("package info", "/data/options/0/options/0"),
            ("a b c", "/data/options/0/options/0/options/0"),
        ] {
            let called = Interaction::command(path).option("package", "maps");
            let option = called.json().pointer(place).cloned();
            let expected = json!({ "name": "package", "type": 3, "value": "maps" });
            assert_eq!(option, Some(expected), "{path}: {}", called.json());
        }
        let direct = Interaction::command("status").direct();
        assert!(direct.json()["member"].is_null() && direct.json()["user"]["id"].is_string());
        assert!(Interaction::ping().json()["data"].is_null());
    }
}
