using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Changes what is sent in datagrams, message by message, and leaves everything else to another network: two clients, one of which has a peer's habits.</summary>
internal sealed partial class RewritingNetwork(INetwork inner, Func<string, string> rewrite) : INetwork
{
    public IDatagramSocket BindDatagram(IPEndPoint local) => new Rewriting(inner.BindDatagram(local), rewrite);

    public IStreamListener Listen(IPEndPoint local) => inner.Listen(local);

    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => inner.ConnectAsync(remote, cancellationToken);

    public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => inner.ResolveAsync(host, cancellationToken);

    [GeneratedRegex("(?<=\r\nContent-Length: )[0-9]+")]
    private static partial Regex ContentLength { get; }

    private sealed class Rewriting(IDatagramSocket inner, Func<string, string> rewrite) : IDatagramSocket
    {
        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken)
        {
            string message = rewrite(Encoding.UTF8.GetString(datagram.Span));
            int body = Encoding.UTF8.GetByteCount(message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
            message = ContentLength.Replace(message, body.ToString(System.Globalization.CultureInfo.InvariantCulture), 1);
            return inner.SendAsync(Encoding.UTF8.GetBytes(message), remote, cancellationToken);
        }

        public ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReceiveAsync(buffer, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
