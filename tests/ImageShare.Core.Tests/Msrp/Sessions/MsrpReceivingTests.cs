using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>What a session answers, byte by byte, to a peer that may do anything.</summary>
[TestFixture]
public sealed class MsrpReceivingTests : ReceivingTest
{
    [TestCase("", 200)]
    [TestCase("Failure-Report: yes\r\n", 200)]
    [TestCase("Failure-Report: partial\r\n", null)]
    [TestCase("Failure-Report: no\r\n", null)]
    [Category("RPT-002")]
    public async Task Success_is_answered_as_asked(string header, int? status)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", header + "Byte-Range: 1-4/4\r\n", "data", '$');
        await receiver.Completed.WaitAsync(RawMsrpPeer.Patience);
        await peer.SendAsync(session.LocalUri, "last", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo(status is null ? "last 200" : $"aaaa {status}"));
    }

    [TestCase("", true)]
    [TestCase("Failure-Report: partial\r\n", true)]
    [TestCase("Failure-Report: no\r\n", false)]
    [Category("RPT-002")]
    [Category("MSRP-045")]
    public async Task Failure_is_answered_as_asked(string header, bool answered)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(new() { Acceptance = MsrpAcceptance.Refuse(415) });
        await peer.SendAsync(session.LocalUri, "aaaa", header + "Byte-Range: 1-4/8\r\n", "data", '+');
        await peer.SendAsync(session.LocalUri, "bbbb", header + "Byte-Range: 5-8/8\r\n", "data", '$');
        await peer.SendAsync(session.LocalUri, "last", "", null, '$');
        if (answered)
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 415"));
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bbbb 415"));
        }

        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("last 200"));
        Assert.That((receiver.Begins, receiver.Received, receiver.Aborts), Is.EqualTo((1, 0, 0)));
    }

    [Test]
    [Category("MSRP-017")]
    [Category("MSRP-019")]
    public async Task Chunks_in_any_order_with_lying_ranges_come_together()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 7-999/9\r\n", "789", '$');
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 1-1/9\r\n", "12XX", '+');
        await peer.SendAsync(session.LocalUri, "cccc", "Byte-Range: 3-*/9\r\n", "3456", '+');
        foreach (string id in (string[])["aaaa", "bbbb", "cccc"])
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"{id} 200"));
        }

        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("123456789"));

        // The same once more, as after a lost response: acknowledged, not delivered.
        await peer.SendAsync(session.LocalUri, "dddd", "Byte-Range: 1-*/9\r\n", "123456789", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("dddd 200"));
        Assert.That((receiver.Begins, receiver.Completions), Is.EqualTo((1, 1)));
    }

    [Test]
    [Category("MSRP-046")]
    public async Task A_transfer_encoding_changes_nothing()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/4\r\nContent-Transfer-Encoding: base64\r\n", "QUJD", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("QUJD"));
    }

    [Test]
    [Category("MSRP-018")]
    public async Task A_message_without_id_and_range_is_whole_by_itself()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "", "data", '$', messageId: null);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(await receiver.Completed, Has.Length.EqualTo(4));
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 5-*/*\r\n", "data", '$', messageId: null);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bbbb 400"));
    }

    [TestCase("Byte-Range: 1-*/9\r\n", "1234567890", '+', 413, MsrpAbortReason.TooLarge, TestName = "More_than_announced")]
    [TestCase("Byte-Range: 1-*/*\r\n", "12345678901234567890123456789012345678901", '+', 413, MsrpAbortReason.TooLarge, TestName = "More_than_allowed")]
    [Category("MSRP-020")]
    public async Task Octets_beyond_the_bound_are_refused_and_the_message_aborted(string headers, string body, char flag, int status, object reason)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(maxSize: 40);
        await peer.SendAsync(session.LocalUri, "aaaa", headers, body, flag);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"aaaa {status}"));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(reason));
        await peer.SendAsync(session.LocalUri, "bbbb", "Byte-Range: 2-*/*\r\n", "x", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo($"bbbb {status}"));
        Assert.That((receiver.Begins, receiver.Completions, receiver.Aborts), Is.EqualTo((1, 0, 1)));
    }

    [TestCase("Byte-Range: 4611686018427387904-*/*\r\n")]
    [TestCase("Byte-Range: 1-*/9223372036854775807\r\n")]
    [Category("MSRP-020")]
    [Category("SEC-001")]
    public async Task An_absurd_range_is_refused_before_the_receiver_hears_of_it(string headers)
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync(maxSize: 1 << 20);
        await peer.SendAsync(session.LocalUri, "aaaa", headers, "x", '+');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 413"));
        Assert.That(receiver.Begins, Is.Zero);
    }

    [Test]
    [Category("MSRP-021")]
    public async Task A_message_given_up_is_answered_200_and_aborted()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-*/9\r\n", "1234", '#');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 200"));
        Assert.That(await receiver.Aborted.WaitAsync(RawMsrpPeer.Patience), Is.EqualTo(MsrpAbortReason.BySender));
        Assert.That(receiver.Completions, Is.Zero);
    }

    [Test]
    [Category("RPT-006")]
    public async Task A_refusal_does_not_wait_for_the_end_of_the_chunk()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync(new() { Acceptance = MsrpAcceptance.Refuse(413) });
        await peer.SendAsync($"MSRP aaaa SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: 1-*/*\r\nContent-Type: a/b\r\n\r\nsome of it");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("aaaa 413"));
    }

    [TestCase(MsrpSuccessReportScope.WholeMessage, "aaaa 200|bbbb 200|REPORT 1-8/8 0$ 200")]
    [TestCase(MsrpSuccessReportScope.EachChunk, "aaaa 200|REPORT 1-4/8 0$ 200|bbbb 200|REPORT 5-8/8 0$ 200")]
    [Category("RPT-010")]
    [Category("RPT-013")]
    public async Task Success_is_reported_when_asked(MsrpSuccessReportScope policy, string answers)
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync(reports: policy);
        await peer.SendAsync(session.LocalUri, "aaaa", "Success-Report: yes\r\nByte-Range: 1-4/8\r\n", "1234", '+');
        await peer.SendAsync(session.LocalUri, "bbbb", "Success-Report: yes\r\nByte-Range: 5-8/8\r\n", "5678", '$');
        foreach (string answer in answers.Split('|'))
        {
            RawMsrpPeer.Message message = (await peer.ReadAsync())!;
            Assert.That(message.ToString(), Is.EqualTo(answer));
            if (message.Method is not null)
            {
                Assert.That(message.MessageId, Is.EqualTo("m1234"));
                Assert.That(message.To.ToString(), Is.EqualTo(peer.Uri.ToString()));
            }
        }

        await peer.SendAsync(session.LocalUri, "cccc", "Success-Report: no\r\nByte-Range: 1-4/4\r\n", "1234", '$', "m5678");
        await peer.SendAsync(session.LocalUri, "last", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("cccc 200"));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("last 200"));
    }

    [Test]
    [Category("MSRP-022")]
    [Category("RPT-013")]
    public async Task Reports_and_stray_responses_get_no_answer_and_unknown_methods_501()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        string paths = $"To-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n";
        await peer.SendAsync(
            $"MSRP aaaa REPORT\r\n{paths}Message-ID: none\r\nStatus: 000 200 OK\r\n-------aaaa$\r\n"
            + $"MSRP bbbb 200 Report received\r\n{paths}-------bbbb$\r\n"
            + $"MSRP cccc 999\r\n{paths}-------cccc$\r\n"
            + $"MSRP dddd NICKNAME\r\n{paths}Use-Nickname: x\r\n-------dddd$\r\n"
            + $"MSRP eeee SEND\r\n{paths}X-Unknown: y\r\n-------eeee$\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("dddd 501"));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("eeee 200"));
    }

    [Test]
    [Category("MSRP-042")]
    [Category("MSRP-001")]
    public async Task A_request_that_cannot_be_understood_is_answered_400_and_the_stream_goes_on()
    {
        (MsrpSession session, _, RawMsrpPeer peer) = await BoundAsync();
        string paths = $"To-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n";
        await peer.SendAsync(
            $"MSRP aaaa SEND\r\n{paths}Byte-Range: 0-0/0\r\nContent-Type: a/b\r\n\r\nbody\r\n-------aaaa$\r\n"
            + $"MSRP bbbb send\r\n{paths}-------bbbb$\r\nMSRP cccc SEND\r\n{paths}X: y\r\n folded\r\n-------cccc$\r\nMSRP dddd SEND\r\n{paths}-------dddd$\r\n");
        foreach (string answer in (string[])["aaaa 400", "bbbb 400", "cccc 400", "dddd 200"])
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }
    }

    [TestCase("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("INVITE sip:a@b SIP/2.0\r\n")]
    [TestCase("msrp aaaa SEND\r\n")]
    [TestCase("MSRP aaaa SEND\r\nTo-Path: msrp://x:1/y;tcp\r\n-------aaaa$\r\n")]
    [Category("SEC-001")]
    [Category("MSRP-042")]
    public async Task Another_protocol_is_cut_off_without_an_answer(string octets)
    {
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(Network, Endpoint.LocalEndPoint);
        await peer.SendAsync(octets);
        await AssertCutOffAsync(peer);
    }

    [Test]
    public async Task A_heartbeat_is_swallowed_and_a_second_message_at_a_time_refused()
    {
        (MsrpSession session, CollectingReceiver receiver, RawMsrpPeer peer) = await BoundAsync();
        await peer.SendAsync(session.LocalUri, "aaaa", "Byte-Range: 1-4/8\r\n", "1234", '+');
        await peer.SendAsync(
            $"MSRP bbbb SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: beat\r\nContent-Type: text/x-msrp-heartbeat\r\n\r\nHEARTBEAT\r\n-------bbbb$\r\n");
        await peer.SendAsync(session.LocalUri, "cccc", "Byte-Range: 1-1/1\r\n", "x", '$', "other");
        await peer.SendAsync(session.LocalUri, "dddd", "Byte-Range: 5-8/8\r\n", "5678", '$');
        foreach (string answer in (string[])["aaaa 200", "bbbb 200", "cccc 413", "dddd 200"])
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo(answer));
        }

        Assert.That(Encoding.ASCII.GetString(await receiver.Completed), Is.EqualTo("12345678"));
        Assert.That(receiver.Begins, Is.EqualTo(1));
    }
}
