using System.Collections.Concurrent;
using System.Net;

namespace ImageShare.Core.Tests.Faults;

/// <summary>
/// The network between a receiver and its senders, all on loopback. Each side is bound to one address and advertises another, at which the
/// link listens with the same port; so everything passes here unchanged: SIP over UDP and TCP in both directions, and MSRP.
/// </summary>
internal sealed class FaultLink : IAsyncDisposable
{
    private static readonly IPAddress Receiver = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress ReceiverAdvertised = IPAddress.Parse("127.0.0.3");

    /// <summary>The address that senders are bound to.</summary>
    public static readonly IPAddress Sender = IPAddress.Parse("127.0.0.4");

    /// <summary>The address at which they are reached through the link.</summary>
    public static readonly IPAddress SenderAdvertised = IPAddress.Parse("127.0.0.5");

    private readonly ConcurrentBag<StreamLink> _sipToSenders = [];

    private FaultLink(int sipPort, int msrpPort)
    {
        var sip = new IPEndPoint(Receiver, sipPort);
        var advertised = new IPEndPoint(ReceiverAdvertised, sipPort);
        SipStreams = new StreamLink(advertised, sip, SenderAdvertised);
        Msrp = new StreamLink(new IPEndPoint(ReceiverAdvertised, msrpPort), new IPEndPoint(Receiver, msrpPort), SenderAdvertised);
        Sip = new DatagramLink(sip, advertised, AdvertiseSender);
    }

    public static string[] ReceiverOptions { get; } = ["--bind", $"{Receiver}:0", "--advertise", ReceiverAdvertised.ToString()];

    public static string[] SenderOptions { get; } = ["--bind", $"{Sender}:0", "--advertise", SenderAdvertised.ToString()];

    /// <summary>SIP over UDP.</summary>
    public DatagramLink Sip { get; }

    /// <summary>SIP over TCP that the sender dials.</summary>
    public StreamLink SipStreams { get; }

    /// <summary>MSRP, which the sender dials.</summary>
    public StreamLink Msrp { get; }

    /// <summary>The link to a receiver that listens: its sockets tell the ports.</summary>
    public static FaultLink To(int processId)
    {
        ProgramSocket[] sockets = ProgramSocket.Of(processId);
        int sip = sockets.Single(static s => s.Protocol == "udp").Local.Port;
        return new FaultLink(sip, sockets.Single(s => s.Listens && s.Local.Port != sip).Local.Port);
    }

    /// <summary>Nothing passes any more: datagrams are lost, and streams wait.</summary>
    public void Cut()
    {
        Sip.Fate = static _ => [];
        foreach (StreamLink streams in AllStreams)
        {
            streams.Cut();
        }
    }

    public void Restore()
    {
        Sip.Fate = static _ => [TimeSpan.Zero];
        foreach (StreamLink streams in AllStreams)
        {
            streams.Restore();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Sip.DisposeAsync();
        foreach (StreamLink streams in AllStreams)
        {
            await streams.DisposeAsync();
        }
    }

    private StreamLink[] AllStreams => [SipStreams, Msrp, .. _sipToSenders];

    private IPEndPoint AdvertiseSender(IPEndPoint sender)
    {
        var advertised = new IPEndPoint(SenderAdvertised, sender.Port);
        _sipToSenders.Add(new StreamLink(advertised, sender, ReceiverAdvertised));
        return advertised;
    }
}
