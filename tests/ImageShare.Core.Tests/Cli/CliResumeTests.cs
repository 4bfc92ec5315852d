using System.Text.Json;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>A transfer that broke off because a program was killed goes on where it broke.</summary>
[TestFixture]
[Category("Processes")]
[Category("FT-033")]
public sealed class CliResumeTests
{
    private const int Size = 4_000_000;

    [TestCase("sender")]
    [TestCase("receiver")]
    public async Task After_kill_9_the_rest_is_sent_and_the_image_is_whole(string killed)
    {
        using var folder = new Folder();
        byte[] content = TestImage.Png(Size);
        string picture = folder.File("picture.png", content);
        string inbox = Path.Combine(folder.Outer, "received");
        CliProcess listener = Listen(inbox, "127.0.0.1:0");
        string address = (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;
        string place = address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..];
        try
        {
            await using (CliProcess sender = Send(picture, place, "--max-rate", "1000000"))
            {
                await listener.EventAsync("invitation");
                while ((await sender.EventAsync("progress")).GetProperty("bytes").GetInt64() < 1_000_000)
                {
                }

                if (killed == "sender")
                {
                    await sender.KillAsync();
                    await listener.EventAsync("failed");
                }
                else
                {
                    await listener.KillAsync();
                    await sender.EventAsync("failed");
                }
            }

            if (killed == "receiver")
            {
                await listener.DisposeAsync();
                listener = Listen(inbox, place);
                await listener.EventAsync("listening");
            }

            await using CliProcess again = Send(picture, place);
            JsonElement invitation = await listener.EventAsync("invitation");
            CliResult sent = await again.EndAsync();
            Assert.That(sent.Status, Is.Zero, sent.Errors);
            JsonElement received = await listener.EventAsync("completed");
            Assert.Multiple(() =>
            {
                Assert.That(invitation.GetProperty("resumesAt").GetInt64(), Is.GreaterThan(0).And.LessThan(Size));
                Assert.That(received.GetProperty("verified").GetBoolean(), Is.True);
                Assert.That(File.ReadAllBytes(received.GetProperty("path").GetString()!), Is.EqualTo(content));
                Assert.That(Directory.GetFiles(inbox, "*", new EnumerationOptions { AttributesToSkip = 0 }), Has.Length.EqualTo(1));
            });
        }
        finally
        {
            await listener.DisposeAsync();
        }
    }

    [Test]
    [Category("FT-043")]
    public async Task After_kill_9_the_rest_of_each_is_sent_in_one_session()
    {
        using var folder = new Folder();
        byte[][] contents = [TestImage.Png(Size, 1), TestImage.Png(Size, 2)];
        string[] pictures = [folder.File("one.png", contents[0]), folder.File("two.png", contents[1])];
        await using CliProcess listener = Listen(Path.Combine(folder.Outer, "received"), "127.0.0.1:0");
        string address = (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;
        string place = address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..];
        await using (CliProcess sender = Send(pictures[0], place, pictures[1], "--together", "--max-rate", "1000000"))
        {
            var begun = new HashSet<string>();
            while (begun.Count < 2)
            {
                JsonElement progress = await sender.EventAsync("progress");
                if (progress.GetProperty("bytes").GetInt64() > 1_000_000)
                {
                    begun.Add(progress.GetProperty("name").GetString()!);
                }
            }

            await sender.KillAsync();
            await listener.EventAsync("failed");
            await listener.EventAsync("failed");
        }

        await using CliProcess again = Send(pictures[0], place, pictures[1], "--together");
        JsonElement[] invitations = [await listener.EventAsync("invitation"), await listener.EventAsync("invitation")];
        JsonElement[] received = [await listener.EventAsync("completed"), await listener.EventAsync("completed")];
        CliResult sent = await again.EndAsync();
        Assert.That(sent.Status, Is.Zero, sent.Errors);
        Assert.Multiple(() =>
        {
            Assert.That(invitations.Select(i => i.GetProperty("resumesAt").GetInt32()), Is.All.InRange(1, Size - 1));
            Assert.That(invitations.Select(i => i.GetProperty("session").GetString()).Distinct().Count(), Is.EqualTo(1));
            Assert.That(received.Select(r => r.GetProperty("verified").GetBoolean()), Is.All.True);
            Assert.That(
                received.OrderBy(r => r.GetProperty("name").GetString(), StringComparer.Ordinal).Select(r => File.ReadAllBytes(r.GetProperty("path").GetString()!)), Is.EqualTo(contents));
        });
    }

    [Test]
    public async Task What_nobody_has_finished_is_forgotten_after_30_days()
    {
        using var folder = new Folder();
        string notes = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "imageshare", "resume");
        Directory.CreateDirectory(notes);
        (string old, string fresh) = (Path.Combine(notes, Guid.NewGuid().ToString("N")), Path.Combine(notes, Guid.NewGuid().ToString("N")));
        try
        {
            foreach ((string note, int days) in ((string, int)[])[(old, 31), (fresh, 29)])
            {
                await File.WriteAllTextAsync(note, "00 1\n0\n");
                File.SetLastWriteTimeUtc(note, DateTime.UtcNow.AddDays(-days));
            }

            // Nobody is there: the note about this one is looked for all the same.
            await using CliProcess send = Send(folder.File("picture.png", TestImage.Png(1000)), "127.0.0.1:1", "--transport", "tcp");
            Assert.That((await send.EndAsync()).Status, Is.EqualTo(1));
            Assert.That((File.Exists(old), File.Exists(fresh)), Is.EqualTo((false, true)));
        }
        finally
        {
            File.Delete(old);
            File.Delete(fresh);
        }
    }

    private static CliProcess Listen(string inbox, string bind) => CliProcess.Start(
        "listen", "--identity", "sip:bob@ims.example", "--bind", bind, "--inbox", inbox, "--accept", "auto", "--keep-partial", "--json");

    private static CliProcess Send(string picture, string place, params string[] more) => CliProcess.Start(
        ["send", picture, .. more.TakeWhile(static word => !word.StartsWith('-')), $"sip:bob@{place}", "--identity", "sip:alice@ims.example", "--resume", "--json", .. more.SkipWhile(static word => !word.StartsWith('-'))]);
}
