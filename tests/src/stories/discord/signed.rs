//! Signatures made and checked by others, and bodies too large to be looked at.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{
    payload::interaction::{Interaction, InteractionKey},
    sign::hex,
};

use crate::{
    interactions::{PATH, now},
    node,
    suite::Case,
    world::World,
};

/// Largest interaction, in bytes.
const LARGEST: usize = 256 << 10;

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "discord: tweetnacl's signatures pass, and Discord's own library takes ours",
            others,
        ),
        Case::new("discord: what is too large is not read", large),
    ]
}

fn others(world: &World) -> Result<()> {
    let key = InteractionKey::for_tests();
    let time = now();
    let bodies = [
        Interaction::ping().json().to_string(),
        Interaction::command("status").json().to_string(),
        json!({ "type": 1, "text": "Über 🎲 \u{202e} \\u0000" }).to_string(),
    ];
    let sign = bodies
        .iter()
        .map(|body| json!({ "timestamp": time.to_string(), "body": body }));
    let check = bodies.iter().map(|body| {
        let signature = key.sign(&time.to_string(), body.as_bytes());
        json!({
            "timestamp": time.to_string(), "body": body,
            "signature": signature, "key": key.public(),
        })
    });
    let input = json!({
        "seed": hex(&[7; 32]),
        "sign": sign.collect::<Vec<_>>(),
        "check": check.collect::<Vec<_>>(),
    });
    let made: Value = serde_json::from_str(&node::run("discord/signatures.mjs", &input)?)?;
    ensure!(made["key"] == key.public(), "{made}");
    let good = json!({ "tweetnacl": true, "discord": true });
    ensure!(made["checks"] == json!([good, good, good]), "{made}");
    for (index, body) in bodies.iter().enumerate() {
        let signature = made["signatures"][index].as_str().context("no signature")?;
        let ask = |signature: &str| {
            world
                .ask("POST", PATH)
                .header("x-signature-ed25519", signature)
                .header("x-signature-timestamp", time.to_string())
                .body(body.as_bytes())
                .send()
        };
        ask(signature)?.expect(200)?;
        let digit = if signature.starts_with('0') { "1" } else { "0" };
        ask(&format!("{digit}{}", &signature[1..]))?.expect(401)?;
    }
    Ok(())
}

fn large(world: &World) -> Result<()> {
    let key = InteractionKey::for_tests();
    for (length, status) in [(LARGEST, 200), (LARGEST + 1, 413)] {
        let mut body = Interaction::ping().bytes();
        body.resize(length, b' ');
        let headers = key.headers(now(), &body);
        let ask = || world.ask("POST", PATH).headers(headers.clone());
        ask().body(&body).send()?.expect(status)?;
        ask().chunked(&body).send()?.expect(status)?;
    }
    Ok(())
}
