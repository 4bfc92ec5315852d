using System.Net;
using System.Net.Sockets;
using ImageShare.Core;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Opens a TCP connection to where requests go. Nothing is sent over it.</summary>
internal static class PortCheck
{
    public const string Step = "port";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The check, and the first place that took a connection; null if none did.</summary>
    public static async Task<(Check Check, IPEndPoint? Open)> RunAsync(Hop hop, IReadOnlyList<IPEndPoint> places, ImageShareOptions options, CancellationToken cancellationToken)
    {
        bool isOnlyUdp = !hop.IsTls && (options.Transport == SipTransportChoice.Udp || string.Equals(hop.Uri.TransportParameter, "udp", StringComparison.OrdinalIgnoreCase));
        if (isOnlyUdp)
        {
            return (new Check(Step, Verdict.NotChecked, "Only UDP is used, which has no connection: the query shows whether anybody answers."), null);
        }

        var details = new List<string>();
        foreach (IPEndPoint place in places)
        {
            string? problem = await ConnectAsync(place, options.LocalEndPoint, cancellationToken);
            if (problem is null)
            {
                return (new Check(Step, Verdict.Ok, $"{place} takes {(hop.IsTls ? "TCP connections, for TLS" : "TCP connections")}.") { Details = details }, place);
            }

            details.Add($"{place}: {problem}");
        }

        bool needsTcp = hop.IsTls || options.Transport == SipTransportChoice.Tcp || string.Equals(hop.Uri.TransportParameter, "tcp", StringComparison.OrdinalIgnoreCase);
        return (new Check(Step, needsTcp ? Verdict.Failed : Verdict.Warning, $"No TCP connection to {string.Join(", ", places.Take(3))}.")
        {
            Details = details,
            Advice = needsTcp
                ? "Check the port, that the other side listens there, and that no firewall is between."
                : "A query fits into UDP, but an invitation above 1300 bytes, as with an icon, needs TCP: open the port for TCP too, or use --transport udp.",
        }, null);
    }

    private static async Task<string?> ConnectAsync(IPEndPoint place, IPEndPoint local, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (local.AddressFamily == place.AddressFamily)
            {
                socket.Bind(new IPEndPoint(local.Address, 0));
            }

            await socket.ConnectAsync(place, limit.Token);
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds} s; a firewall may drop what comes";
        }
    }
}
