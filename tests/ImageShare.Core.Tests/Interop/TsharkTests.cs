using ImageShare.Core.Images;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Interop;

/// <summary>tshark looks at whole shares from outside. Its dissectors know SIP, SDP, multipart and MSRP from another reading of the RFCs.</summary>
[TestFixture]
[Category("Interop")]
public sealed class TsharkTests
{
    private const int Warning = 0x600000;

    // No dissector knows it: what is inside an image is not the question.
    private static readonly MediaType UnknownImage = new("image", "x-any");

    [TestCase(SipTransportChoice.Udp, false)]
    [TestCase(SipTransportChoice.Tcp, false)]
    [TestCase(SipTransportChoice.BySize, true)]
    public async Task A_share_is_without_fault_on_the_wire(SipTransportChoice transport, bool withIcon)
    {
        Tool.Tshark.Require();
        int[] msrp = [LoopbackPorts.Free(), LoopbackPorts.Free()];
        await using SharePair pair = await SharePair.StartAsync(
            SystemNetwork.Instance,
            o => o with { Transport = transport, MsrpPort = msrp[0] },
            o => o with { MsrpPort = msrp[1], AcceptedTypes = [UnknownImage] });
        await using Tshark tshark = await Tshark.StartAsync([pair.Alice.Address.Port!.Value, pair.Bob.Address.Port!.Value], msrp);

        ImageIcon? icon = withIcon ? new ImageIcon(UnknownImage, TestImage.Png(1500)) : null;
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(
            pair.Bob.Address, ImageSource.FromBytes(TestImage.Png(1500), "cat.any", UnknownImage), new ShareSettings { Icon = icon });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That((sent.IsCompleted, received.IsCompleted), Is.EqualTo((true, true)), sent.Message ?? received.Message);
        await tshark.StopAsync();

        // Of MSRP it shows the body as text, and warns of what an image has in place of it.
        string[][] faults = await tshark.ReadAsync(
            $"(msrp && _ws.malformed) || (sip && (_ws.malformed || _ws.expert.severity >= {Warning} || sdp.invalid || sdp.unknown))", "frame.number", "_ws.malformed", "_ws.expert.message", "sdp.invalid");
        Assert.That(faults.Select(f => string.Join(' ', f)), Is.Empty);

        string[][] messages = await tshark.ReadAsync("sip", "sip.Method", "sip.Status-Code", "sip.CSeq.method", "sip.Call-ID", "sdp.media", "sdp.media_attr");
        string[] session = [.. messages.Where(m => m[3] == messages.First(i => i[0] == "INVITE")[3] && m[1] != "100").Select(m => $"{m[0]}{m[1]} {m[2]}").Distinct()];
        Assert.That(session, Is.EqualTo(["INVITE INVITE", "180 INVITE", "200 INVITE", "ACK ACK", "BYE BYE", "200 BYE"]));
        Assert.That(messages.Where(m => m[2] == "OPTIONS").Select(m => m[0] + m[1]).Distinct(), Is.EqualTo(["OPTIONS", "200"]));

        string[] answer = messages.First(m => m[1] == "200" && m[2] == "INVITE");
        string[] offer = messages.First(m => m[0] == "INVITE");
        Assert.That(offer[4], Is.EqualTo($"message {msrp[0]} TCP/MSRP *"));
        Assert.That(answer[4], Is.EqualTo($"message {msrp[1]} TCP/MSRP *"));
        await AssertMsrpAsync(tshark, PathOf(offer), PathOf(answer));
    }

    private static async Task AssertMsrpAsync(Tshark tshark, string from, string to)
    {
        string[][] chunks = await tshark.ReadAsync(
            "msrp.method == \"SEND\"", "msrp.transaction.id", "msrp.to.path", "msrp.from.path", "msrp.byte.range", "msrp.cnt.flg");
        string[][] responses = await tshark.ReadAsync("msrp.status.code", "msrp.transaction.id", "msrp.status.code", "msrp.to.path", "msrp.from.path");

        // Of several messages in one TCP segment it reads the first.
        Assert.Multiple(() =>
        {
            Assert.That(chunks.Select(c => $"{c[1]} {c[2]}").Distinct(), Is.EqualTo([$"{to} {from}"]));
            Assert.That(chunks.Select(c => $"{c[3]} {c[4]}"), Is.SubsetOf(["1-0/0 $", "1-1500/1500 $"]));
            Assert.That(responses.Select(r => $"{r[1]} {r[2]} {r[3]}").Distinct(), Is.EqualTo([$"200 {from} {to}"]));
            Assert.That(IdOf(responses[0]), Is.EqualTo(IdOf(chunks[0])));
        });
    }

    private static string PathOf(string[] message) =>
        message[5].Split('|').Single(a => a.StartsWith("path:", StringComparison.Ordinal))["path:".Length..];

    // It shows the id of the start line and that of the end-line.
    private static string IdOf(string[] message)
    {
        string[] both = message[0].Split('|');
        Assert.That(both, Has.Length.EqualTo(2).And.All.EqualTo(both[0]));
        return both[0];
    }
}
