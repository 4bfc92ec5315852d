using System.IO.Pipelines;
using System.Text;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp;

/// <summary>Peers that send much, or nothing, or something else: what they cost is bounded, why they went is counted, and a bystander notices nothing of it.</summary>
public abstract class HostilePeerTest : ReceivingTest
{
    private protected CountedMetrics Metrics { get; private set; } = null!;

    [SetUp]
    public void SetUpMetrics() => Metrics = new CountedMetrics();

    [TearDown]
    public async Task TearDownMetrics()
    {
        await Time.DriveAsync(Endpoint.DisposeAsync().AsTask());
        Metrics.Dispose();
        Assert.That(() => Time.ArmedTimers, Is.Zero.After(30_000, 1));
    }

    private protected static string Lines(int count) => string.Concat(Enumerable.Repeat("\r\n", count));

    private protected static async Task<string> ReadAllAsync(RawMsrpPeer peer)
    {
        var all = new StringBuilder();
        try
        {
            while (true)
            {
                ReadResult read = await peer.Stream.Input.ReadAsync().AsTask().WaitAsync(RawMsrpPeer.Patience);
                all.Append(Encoding.Latin1.GetString(read.Buffer));
                peer.Stream.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return all.ToString();
                }
            }
        }
        catch (IOException)
        {
            // A reset is an end too.
            return all.ToString();
        }
    }

    private protected static async Task UntilResetAsync(Func<Task> sending)
    {
        try
        {
            await sending();
        }
        catch (IOException)
        {
            // That is how the other side says that it has enough.
        }
    }

    private protected static async Task AssertUndisturbedAsync(MsrpSession session, RawMsrpPeer peer)
    {
        await peer.SendAsync(session.LocalUri, "live", "", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("live 200"));
        Assert.That(session.Ended.IsCompleted, Is.False);
    }
}
