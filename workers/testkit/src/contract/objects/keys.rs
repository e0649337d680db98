//! Keys of every form.

use edge::{
    Body, Objects,
    objects::{Get, MAX_KEY, ObjectError, Put},
};

use crate::contract::{Outcome, case::same, space::Space};

/// Names that some encoding, pattern language or path rule could mistake for something else.
const ODD: &[&str] = &[
    "with space",
    "with%20percent",
    "with+plus",
    "100%",
    "under_score",
    "star*question?[set]",
    "hash#mark",
    "amp&ersand=equals",
    "quote'double\"quote",
    "back\\slash",
    "semicolon;comma,colon:at@",
    "brace{}tilde~caret^pipe|",
    "dots..and.more",
    "two//slashes",
    "trailing/",
    "größe",
    "日本語",
    "🎲",
    "e\u{301}",
    "é",
];

pub async fn odd_keys<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "odd_keys").await?;
    for name in ODD {
        space.store(name, name.to_string()).await?;
    }
    for name in ODD {
        space.holds(name, name.as_bytes()).await?;
        let listed = space.names(name, 10).await?;
        same("the list by the whole key", listed, vec![name.to_string()])?;
    }
    let mut expected: Vec<String> = ODD.iter().map(ToString::to_string).collect();
    expected.sort();
    same("the list", space.names("", 7).await?, expected)?;
    for name in ODD {
        space.delete(name).await?;
        space.lacks(name).await?;
    }
    Ok(())
}

pub async fn keys_are_case_sensitive<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "keys_are_case_sensitive").await?;
    for name in ["Package/a", "package/a", "PACKAGE/a", "package/A"] {
        space.store(name, name).await?;
    }
    for name in ["Package/a", "package/a", "PACKAGE/a", "package/A"] {
        space.holds(name, name.as_bytes()).await?;
    }
    let expected = vec!["package/A".to_owned(), "package/a".to_owned()];
    same("the list", space.names("package/", 10).await?, expected)
}

pub async fn limits_of_keys<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "limits_of_keys").await?;
    let room = MAX_KEY - space.key("").len();
    let longest = "k".repeat(room);
    space.store(&longest, "text").await?;
    space.holds(&longest, b"text").await?;
    let too_long = space.key(&"k".repeat(room + 1));
    // Counted in bytes, not in characters.
    let too_long_in_bytes = space.key(&"ü".repeat(room / 2 + 1));
    for key in ["", &too_long, &too_long_in_bytes] {
        let what = format!("a key of {} bytes", key.len());
        let written = host.object_put(key, Body::from("text"), Put::default());
        same(&what, written.await, Err(ObjectError::Key))?;
        let got = host.object_get(key, Get::default()).await.map(drop);
        same(&what, got, Err(ObjectError::Key))?;
        same(&what, host.object_head(key).await, Err(ObjectError::Key))?;
        same(&what, host.object_delete(key).await, Err(ObjectError::Key))?;
    }
    Ok(())
}
