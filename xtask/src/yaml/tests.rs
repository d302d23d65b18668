use serde_json::{Value, json};

use super::*;
use crate::document::parse_yaml;

/// What changes one value into another: new members at the end, items by their index.
fn difference(node: &Node, old: &Value, new: &Value) -> Target {
    match (&node.kind, old, new) {
        _ if old == new => Target::Same,
        (Kind::Map { entries, .. }, Value::Object(old), Value::Object(new)) if !old.is_empty() => {
            let kept = entries.iter().enumerate().filter_map(|(index, entry)| {
                let (old, new) = (old.get(&entry.key).unwrap(), new.get(&entry.key)?);
                let value = difference(&entry.value, old, new);
                Some(Member { old: Some(index), key: entry.key.clone(), value })
            });
            let added = new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(key, value)| Member {
                old: None,
                key: key.clone(),
                value: Target::Fresh(fresh(value)),
            });
            Target::Map(kept.chain(added).collect())
        }
        (Kind::List { items, .. }, Value::Array(old), Value::Array(new)) if !old.is_empty() => {
            let item = |(index, new): (usize, &Value)| match (items.get(index), old.get(index)) {
                (Some(item), Some(old)) => {
                    Item { old: Some(index), value: difference(&item.value, old, new) }
                }
                _ => Item { old: None, value: Target::Fresh(fresh(new)) },
            };
            Target::List(new.iter().enumerate().map(item).collect())
        }
        _ => Target::Fresh(fresh(new)),
    }
}

fn fresh(value: &Value) -> Fresh {
    match value {
        Value::Object(map) => {
            Fresh::Map(map.iter().map(|(key, value)| (key.clone(), fresh(value))).collect())
        }
        Value::Array(items) => Fresh::List(items.iter().map(fresh).collect()),
        scalar => Fresh::Scalar(scalar.clone()),
    }
}

fn changed_to(text: &str, new: &Value) -> Result<String, String> {
    let old: Value = parse_yaml(text).map_err(|problem| problem.to_string())?;
    let root = read(text).map_err(|problem| problem.to_string())?;
    let target = difference(&root, &old, new);
    assert_eq!(target.value(&root, &old), *new);
    let written = edit(text, &root, &target).map_err(|problem| problem.to_string())?;
    let found: Value =
        parse_yaml(&written).unwrap_or_else(|problem| panic!("{problem}\n{text}\n→\n{written}"));
    assert_eq!(found, *new, "\n{text}\n→\n{written}");
    Ok(written)
}

/// The text with a change to the value that it reads as.
fn changed(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut new: Value = parse_yaml(text).unwrap();
    change(&mut new);
    changed_to(text, &new).unwrap()
}

fn without(value: &mut Value, place: &str, key: &str) {
    match value.pointer_mut(place).unwrap() {
        Value::Object(map) => drop(map.remove(key).unwrap()),
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        _ => panic!("{place}"),
    }
}

const THING: &str = "\
# of the file

# of a
a: 1 # behind a

# loose

# of b
b: # behind b
  # of c
  c: 'x' # behind c
  d: |
    text
    text

  e: >-
    folded
    text
  # the end of b
# of f
f:
- name: x # behind x
  # of in
  in: query
- 'y'
- - 1
  - 2
g: {h: 1, i: [1, 2]} # behind g
j: plain
  over lines
k:
l: 'quoted

  over lines'
'a key': \"\\u00e9\"
";

#[test]
fn what_is_the_same_stays_to_the_byte() {
    for text in [THING, "a: 1", "{}", "[]\n", "# only\na: {} # none\n"] {
        assert_eq!(changed_to(text, &parse_yaml(text).unwrap()).as_deref(), Ok(text));
    }
}

type Change = fn(&mut Value);

#[test]
fn a_change_touches_its_own_lines_only() {
    let changes: [(&str, Change); 22] = [
        ("a scalar", |v| v["a"] = json!(2)),
        ("a scalar to a list", |v| v["a"] = json!([1, {"x": 1, "y": []}])),
        ("a scalar to a map", |v| v["b"]["c"] = json!({"x": {"y": null}, "z": [[1], {}]})),
        ("a map to a scalar", |v| v["b"] = json!("#")),
        ("a list to nothing", |v| v["f"] = json!([])),
        ("a member with its comment", |v| without(v, "", "b")),
        ("a member in the middle", |v| without(v, "/b", "d")),
        ("the last member", |v| without(v, "/b", "e")),
        ("the first member of an item", |v| without(v, "/f/0", "name")),
        ("the first item", |v| without(v, "/f", "0")),
        ("the last member of the file", |v| without(v, "", "a key")),
        ("the first member of the file", |v| without(v, "", "a")),
        ("a new member", |v| v["b"]["new"] = json!({"x": "yes"})),
        ("a new item", |v| v["f"].as_array_mut().unwrap().push(json!({"x": 1, "y": 2}))),
        ("a new inner item", |v| v["f"][2].as_array_mut().unwrap().push(json!([3, [4]]))),
        ("in braces", |v| v["g"]["h"] = json!("a, b")),
        ("new in braces", |v| v["g"]["new"] = json!({"x": ["a: b"]})),
        ("gone from brackets", |v| without(v, "/g/i", "0")),
        ("a literal", |v| v["b"]["d"] = json!("one line")),
        ("text over lines", |v| v["j"] = json!("two\nlines")),
        ("what has no value", |v| v["k"] = json!("v")),
        ("quoted over lines", |v| v["l"] = json!({"x": 1})),
    ];
    let mut report = String::new();
    for (name, change) in changes {
        let written = changed(THING, change);
        let difference = similar::TextDiff::from_lines(THING, &written);
        report += &format!("== {name}\n");
        for change in difference.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal)
        {
            report += &format!("{}{}", change.tag(), change.value());
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn what_is_new_is_written_as_the_file_is() {
    let new = json!({"x": [{"y": {"z": 1}}], "w": 1});
    let wide = "a:\n    b: 1\n    c:\n      - 1\n";
    let lines = "a:\r\n  b: 1\r\nc: 2\r\n";
    let braces = "{\"a\": {\"b\": 1},\n \"c\": []}\n";
    let mut report = String::new();
    for text in [wide, lines, braces] {
        report += &changed(text, |value| value["a"]["new"] = new.clone()).replace('\r', "\\r");
    }
    insta::assert_snapshot!(report);
}

#[test]
fn any_text_is_written_so_that_it_is_read_again() {
    let texts = [
        "",
        " ",
        "a",
        "a ",
        " a",
        "~",
        "null",
        "Null",
        "true",
        "yes",
        "off",
        "1",
        "1.5",
        "1e3",
        "0x1f",
        "1_000",
        "-",
        "- a",
        "?",
        "a: b",
        "a:",
        "a #b",
        "#",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "\"",
        "a'b",
        "a\"b",
        "\\",
        "a\nb",
        "a\r\nb",
        "\t",
        "{",
        "}",
        "[",
        "]",
        ",",
        "a,b",
        "a]",
        "2024-01-01",
        "1.2.3",
        ".inf",
        ".nan",
        "=",
        "<<",
        "---",
        "...",
        "é",
        "\u{2028}",
        "\u{feff}",
        "\u{7f}",
        "\u{85}",
        "😀",
        "/a/{b}",
        "/{",
        "a{b}",
        "NaN",
        "1:30",
        "no",
        "y",
        "application/json; charset=utf-8",
        "$ref",
        "_id",
        "x-y",
        "'a'",
        "a\u{0}b",
        "(a)",
        "a(b)",
        "a=b",
        "+1",
        ".5",
    ];
    for start in ["a: {b: 1}\nc: [1]\n", "a:\n  b: 1\nc:\n- 1\n"] {
        for text in texts {
            changed(start, |value| {
                value["a"]["b"] = json!(text);
                value["a"][format!("{text}'s")] = json!(1);
                value["a"][text] = json!([text, {text: text}]);
                value["c"].as_array_mut().unwrap().extend([json!(text), json!({text: [text]})]);
                value[text] = json!({"x": {text: 1}});
            });
        }
    }
}

#[test]
fn what_could_not_be_changed_rightly_is_refused() {
    let mut report = String::new();
    for text in [
        "a: &x 1\nb: 2\n",
        "a: &x {}\nb: *x\n",
        "a: !!str 1\n",
        "? a\n: 1\n",
        "? [a]\n: 1\n",
        "a: 1\n---\nb: 1\n",
        "a: [b: 1]\n",
        "<<: {a: 1}\nb: 1\n",
        "a: [1, # one\n  2]\n",
        "a: [\n",
    ] {
        let value = parse_yaml::<Value>(text).unwrap_or_default();
        let change = read(text).and_then(|root| {
            let mut new = value.clone();
            new["a"] = json!([3]);
            edit(text, &root, &difference(&root, &value, &new))
        });
        report += &format!("{text:?}: {}\n", change.unwrap_err());
    }
    insta::assert_snapshot!(report);
}

/// Numbers that are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound as u64)).unwrap()
    }
}

fn mutate(value: &mut Value, random: &mut Seeded) {
    const NEW: [fn() -> Value; 7] = [
        || json!("text: '#'"),
        || json!(null),
        || json!({}),
        || json!([]),
        || json!({"x": [1, {"y": "two\nlines", "z": {}}], "200": true}),
        || json!([[["deep"]], "b"]),
        || json!(1.5),
    ];
    let new = NEW[random.below(NEW.len())]();
    let descend = random.below(5) > 0;
    match value {
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(random.below(map.len())).unwrap().clone();
            match random.below(3) {
                _ if descend => mutate(&mut map[&key], random),
                0 => drop(map.remove(&key)),
                1 => drop(map.insert(format!("{key} or other"), new)),
                _ => drop(map.insert(key, new)),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = random.below(items.len());
            match random.below(3) {
                _ if descend => mutate(&mut items[index], random),
                0 => drop(items.remove(index)),
                1 => items.push(new),
                _ => items[index] = new,
            }
        }
        value => *value = new,
    }
}

#[test]
fn any_sequence_of_changes_gives_the_text_of_the_changed_value() {
    let braces = "a: {b: {c: [1, 2, {d: 3}], e: 'x'}, f: \"y\"}\ng: [\n  1,\n  2,\n]\n";
    for start in [THING, braces] {
        for seed in 1..120 {
            let mut random = Seeded(seed);
            let mut text = start.to_owned();
            for _ in 0..6 {
                let mut new: Value = parse_yaml(&text).unwrap();
                mutate(&mut new, &mut random);
                text = changed_to(&text, &new).unwrap();
            }
        }
    }
}

/// Texts that are nearly well-formed, or are and say something else.
fn maimed() -> impl Iterator<Item = String> {
    const SIGNS: [char; 18] =
        ['-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '\n', ' '];
    let cut = (0..THING.len()).filter_map(|end| THING.get(..end)).map(str::to_owned);
    let changed = THING.char_indices().flat_map(|(place, c)| {
        SIGNS.map(|sign| format!("{}{sign}{}", &THING[..place], &THING[place + c.len_utf8()..]))
    });
    cut.chain(changed.step_by(3))
}

#[test]
fn a_maimed_text_is_changed_rightly_or_refused() {
    let (mut changed, mut refused) = (0, 0);
    for (seed, text) in (1..).zip(maimed()) {
        let Ok(mut value) = parse_yaml::<Value>(&text) else { continue };
        mutate(&mut value, &mut Seeded(seed));
        match changed_to(&text, &value) {
            Ok(_) => changed += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(changed > 1000 && refused > 10, "{changed} changed, {refused} refused");
}
