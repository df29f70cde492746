//! Names of functions and locks: every panel uses the names of the design's kernel.

use super::*;

/// One direct write waits for the lock that a truncate holds; another is in flight.
const SCRIPT: &str = "file a 8 blocks, U 0+8\nt1: aio_write io=0+4\nt2: truncate 4\n\
                      t3: dio_write 4 4\ndesign v5.5\n";

fn blocked() -> Session {
    let mut session = Session::new();
    session.apply(SCRIPT).expect("a script");
    for thread in ["t1", "t2", "t3"] {
        let thread: Choice = thread.parse().expect("a choice");
        while session.step(thread).is_ok() {}
    }
    session
}

#[test]
fn every_panel_has_the_names_of_v5_5() {
    let session = blocked();
    let stage = stage(&session);
    let mut text = format!("caption: {}\n", stage.caption);
    for row in &stage.steps {
        let label = &row.label;
        let blocked = row.blocked.as_deref().map_or(String::new(), |why| format!(" - {why}"));
        text += &format!("step {}: {}: {}{blocked}\n", row.choice, label.function, label.does);
    }
    for row in &stage.threads {
        text += &format!("thread {}: {} | {}", row.actor, row.stack.join(" > "), row.next);
        text += &format!(" | {}\n", row.holds.join(", "));
    }
    for row in &stage.waits.others {
        text += &format!("wait {} {}; {}\n", row.actor, row.wait, row.givers);
    }
    for lane in &stage.lanes.lanes {
        let spans = lane.spans.iter().flat_map(|span| &span.steps);
        text += &spans.map(|says| format!("lane {}: {says}\n", lane.name)).collect::<String>();
    }
    for file in &stage.strata.files {
        text += &format!("strata {}\n", file.counters);
    }
    for look in ["t2", "t3", "inode.0"] {
        let mut session = session.clone();
        session.inspect(Look::parse(look));
        let shown = session.inspector().expect("it is open");
        let fields = shown.fields.iter().map(|(name, value)| format!("; {name} {value}"));
        text += &format!("inspector {look}: {}{}\n", shown.origin[0], fields.collect::<String>());
    }
    check(
        &text,
        expect![[r#"
            caption: Step 4. t2 truncates to 4 blocks and takes i_rwsem; now it waits until i_dio_count is 0 (now 1).
            step irq:io1: iomap_dio_bio_end_io: queue the IO's own work, write A
            step t2: inode_dio_wait: wait for i_dio_count (truncate 4) - waits until i_dio_count is 0 (now 1)
            step t3: ext4_dio_write_iter: take i_rwsem (dio_write 4 4) - waits for i_rwsem, held by t2
            thread t1:  |  | 
            thread t2: inode_dio_wait | wait for i_dio_count | i_rwsem
            thread t3: ext4_dio_write_iter | take i_rwsem | 
            thread irq:io1: iomap_dio_bio_end_io | queue the IO's own work | 
            thread kworker:1:  |  | 
            thread jbd2:  |  | 
            wait t2 waits until i_dio_count is 0 (now 1); can be ended by irq:io1
            wait t3 waits for i_rwsem, held by t2; can be ended by t2
            lane t1: step 1: t1 in io_submit: take a slot
            lane t1: step 2: t1 in ext4_dio_write_iter: take i_rwsem
            lane t1: step 3: t1 in iomap_dio_rw: map the blocks, submit the bio
            lane t1: t1 holds i_rwsem of a
            lane t2: t2 waits for i_rwsem, held by t1, in ext4_setattr
            lane t2: step 4: t2 in ext4_setattr: take the inode's lock
            lane t2: t2 waits until i_dio_count is 0 (now 1), in inode_dio_wait
            lane t2: t2 holds i_rwsem of a
            lane t3: t3 waits for i_rwsem, held by t1, in ext4_dio_write_iter
            lane t3: t3 waits for i_rwsem, held by t2, in ext4_dio_write_iter
            lane device: in flight: A
            strata i_unwritten 0, i_dio_count 1, i_rwsem held by t2, size 8
            inspector t2: inode_dio_wait; operation truncate 4; next wait for i_dio_count; but waits until i_dio_count is 0 (now 1); holds i_rwsem of a; in inode_dio_wait
            inspector t3: ext4_dio_write_iter; operation dio_write 4 4; next take i_rwsem; but waits for i_rwsem, held by t2
            inspector inode.0: struct ext4_inode_info; i_unwritten 0; i_dio_count 1; i_rwsem held by t2; i_size 8; i_disksize 8; i_disksize as committed 8; on the orphan list no; changed since the last commit no
        "#]],
    );
}

#[test]
fn no_panel_names_the_lock_of_another_kernel() {
    for row in Row::ALL {
        let is_late = row >= Row::V4_13;
        let other = if is_late { "i_mutex" } else { "i_rwsem" };
        for preset in PRESETS {
            let mut session = session(preset.id, row);
            let mut dice = Dice::new(7);
            for at in 0..40 {
                let stage = stage(&session);
                // The story of a design may name other kernels.
                let shown = format!("{:?}", Stage { design: Default::default(), ..stage });
                assert!(!shown.contains(other), "{} {} step {at}: {shown}", preset.id, row.id());
                let Some(choice) = dice.choose(&session.run().enabled()) else { break };
                session.step(choice).expect("a step");
            }
            // The script's author chose its title.
            let text = session.mail_text("") + &session.steps_text();
            let text = text.replace(session.title(), "");
            assert!(!text.contains(other), "{} {}: {text}", preset.id, row.id());
        }
    }
}
