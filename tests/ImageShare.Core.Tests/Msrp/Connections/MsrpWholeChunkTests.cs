using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>
/// A chunk that lies whole at hand is taken in one step, and one whose range does not say where it ends (<c>*</c>) event by event: to the peer, to the receiver and
/// to whoever watches it must be all the same.
/// </summary>
[TestFixture]
public sealed partial class MsrpWholeChunkTests
{
    private static readonly string[] Headers =
    [
        string.Empty, "Failure-Report: no\r\n", "Failure-Report: partial\r\n", "Success-Report: yes\r\n", "Success-Report: yes\r\nFailure-Report: no\r\n",
    ];

    // Start, octets, total and sign of each chunk.
    private static readonly (int Start, int Length, int Total, char Sign)[][] Messages =
    [
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (9, 4, 20, '+'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (9, 4, 20, '#'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (9, 4, 24, '+'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (19, 4, 20, '+'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (17, 4, 20, '$'), (9, 4, 20, '+'), (5, 4, 20, '+'), (13, 4, 20, '+'), (13, 4, 20, '+')],
        [(1, 4, 8, '+'), (5, 4, 8, '$'), (5, 4, 8, '$'), (9, 4, 8, '+')],
        [(1, 4, 99, '+'), (5, 4, 99, '+'), (9, 40, 99, '+'), (49, 4, 99, '+')],
    ];

    public enum Manner
    {
        AtOnce,
        TakesItsTime,
        Fails,
        FailsAfterATime,
        FailsInTheEnd,
    }

    [Test]
    [Category("MSRP-017")]
    [Category("RPT-001")]
    public async Task Is_taken_for_what_it_is_event_by_event([ValueSource(nameof(Headers))] string headers, [Values] Manner manner, [Range(0, 6)] int message)
    {
        string byEvents = await RunAsync(Messages[message], headers, manner, saysWhereItEnds: false);
        Assert.That(await RunAsync(Messages[message], headers, manner, saysWhereItEnds: true), Is.EqualTo(byEvents));
        Assert.That(byEvents, Does.Contain("last 200"));
    }

    private static async Task<string> RunAsync((int Start, int Length, int Total, char Sign)[] chunks, string headers, Manner manner, bool saysWhereItEnds)
    {
        var network = new InMemoryNetwork();
        List<string> seen = [];
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(
            network, new MsrpEndpointOptions { TimeProvider = new ManualTimeProvider(), Trace = e => Add($"{e.Outgoing} {e.StartLine} {e.BodyLength} {e.Continuation}") });
        var receiver = new CollectingReceiver { OnWrite = (octets, _) => WriteAsync(manner, octets), OnComplete = () => CompleteAsync(manner) };
        MsrpSession session = endpoint.CreateSession(new() { Receiver = receiver, MaxMessageSize = 48, SuccessReports = MsrpSuccessReports.EachChunk });
        await using RawPeer peer = await RawPeer.DialAsync(network, endpoint.LocalEndPoint);
        var all = new StringBuilder();
        for (int i = 0; i < chunks.Length; i++)
        {
            (int start, int length, int total, char sign) = chunks[i];
            string end = saysWhereItEnds ? (start + length - 1).ToString(CultureInfo.InvariantCulture) : "*";
            all.Append(
                CultureInfo.InvariantCulture,
                $"MSRP id{i:00} SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: {start}-{end}/{total}\r\n{headers}Content-Type: a/b\r\n\r\n");
            all.Append((char)('a' + i), length).Append(CultureInfo.InvariantCulture, $"\r\n-------id{i:00}{sign}\r\n");
        }

        all.Append(CultureInfo.InvariantCulture, $"MSRP last SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------last$\r\n");
        await peer.SendAsync(all.ToString());
        string line;
        do
        {
            line = await peer.ReadLineAsync();
            Add(line);
        }
        while (line is not ("last 200" or "end"));

        Add($"{receiver.Begins} {receiver.Received} {receiver.Completions} {receiver.Aborts}");
        Add(receiver.Completed.IsCompletedSuccessfully ? Encoding.ASCII.GetString(await receiver.Completed) : "not complete");
        lock (seen)
        {
            // The ids of reports are ours, and what a peer reads and what is written for it have an order each.
            return string.Join('\n', seen.Select(l => OwnId().Replace(l, "MSRP own REPORT")).OrderBy(l => l.StartsWith("True", StringComparison.Ordinal) ? 0 : l.StartsWith("False", StringComparison.Ordinal) ? 1 : 2));
        }

        void Add(string what)
        {
            lock (seen)
            {
                seen.Add(what);
            }
        }
    }

    private static async ValueTask WriteAsync(Manner manner, long octets)
    {
        if (manner is Manner.TakesItsTime or Manner.FailsAfterATime)
        {
            await Task.Yield();
        }

        if (manner is Manner.Fails or Manner.FailsAfterATime && octets > 10)
        {
            throw new IOException("no room");
        }
    }

    private static ValueTask CompleteAsync(Manner manner) => manner == Manner.FailsInTheEnd ? throw new IOException("no room") : default;

    [GeneratedRegex("MSRP [A-Z0-9]{16} REPORT")]
    private static partial Regex OwnId();
}
