using System.Text;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Fuzz.Targets;

/// <summary>
/// A whole client and a hostile peer over the in-memory network. The input is a script of records separated by the byte 1E; the first character of each says what
/// is done, the rest is what is sent:
/// <c>s</c> a SIP datagram, <c>t</c> bytes on a SIP connection, <c>m</c> bytes on an MSRP connection that the peer opens, <c>r</c> bytes on one that the client
/// opened; <c>a</c> accepts the next invitation, <c>d</c> declines it, <c>o</c> shares an image with the peer, <c>f</c> fetches one, <c>x</c> cancels everything,
/// <c>c</c> lets ten seconds pass. <see cref="HostilePeer"/> says which placeholders a record may contain. Whatever comes, every share ends, the client closes in
/// time, and no timer and no faulted task is left behind.
/// </summary>
internal static class SessionTarget
{
    private const int MostRecords = 40;

    private static readonly List<Exception> Unobserved = [];

    static SessionTarget() => TaskScheduler.UnobservedTaskException += static (_, e) =>
    {
        lock (Unobserved)
        {
            Unobserved.Add(e.Exception);
        }
    };

    public static void Run(byte[] input)
    {
        string[] records = Encoding.Latin1.GetString(input).Split('\x1e', MostRecords + 1);
        RunAsync(records.Take(MostRecords)).GetAwaiter().GetResult();
        lock (Unobserved)
        {
            Exception[] unobserved = [.. Unobserved];
            Unobserved.Clear();
            Rule.Holds(unobserved.Length == 0, $"No task fails unobserved: {string.Join(' ', unobserved.Select(static e => e.ToString()))}");
        }
    }

    private static async Task RunAsync(IEnumerable<string> records)
    {
        await using var victim = await Victim.StartAsync().ConfigureAwait(false);
        await using var peer = new HostilePeer(victim.Network, victim.Client.Address);
        foreach (string record in records.Where(static record => record.Length > 0))
        {
            await (record[0] switch
            {
                's' => peer.SendDatagramAsync(record[1..]),
                't' => peer.SendOnStreamAsync(record[1..]),
                'm' => peer.SendOnOwnMsrpAsync(record[1..]),
                'r' => peer.SendOnTakenMsrpAsync(record[1..]),
                'a' => victim.AcceptAsync(),
                'd' => victim.DeclineAsync(),
                'o' => victim.ShareAsync(peer.Address),
                'f' => victim.FetchAsync(peer.Address),
                'x' => victim.CancelAsync(),
                'c' => victim.PassAsync(TimeSpan.FromSeconds(10)),
                _ => Task.CompletedTask,
            }).ConfigureAwait(false);
            await Calm.ComesAsync(Victim.Patience).ConfigureAwait(false);
            peer.Listen();
        }

        await victim.CloseAsync().ConfigureAwait(false);
    }
}
