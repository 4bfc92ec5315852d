using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Net;

/// <summary>A stream connection with TLS. Back-pressure and shutdown are those of the connection below; a TLS close_notify is sent first.</summary>
internal sealed class TlsConnection : IStreamConnection
{
    private const int ReadBufferSize = 32 * 1024;
    private const int WriteBufferSize = 64 * 1024;
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly IStreamConnection _below;
    private readonly SslStream _stream;
    private int _closed;

    public TlsConnection(IStreamConnection below, SslStream stream)
    {
        _below = below;
        _stream = stream;
        PeerCertificate = stream.RemoteCertificate as X509Certificate2;
        Version = stream.SslProtocol;
        ServerName = stream.TargetHostName;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBufferSize, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: WriteBufferSize, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public IPEndPoint LocalEndPoint => _below.LocalEndPoint;

    public IPEndPoint RemoteEndPoint => _below.RemoteEndPoint;

    /// <summary>The peer's certificate, or null. Valid until the connection is disposed.</summary>
    public X509Certificate2? PeerCertificate { get; }

    /// <summary>The negotiated TLS version.</summary>
    public SslProtocols Version { get; }

    /// <summary>On a server: the host name requested by the client (SNI), or empty.</summary>
    public string ServerName { get; }

    public void Abort()
    {
        Interlocked.Exchange(ref _closed, 1);
        _below.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            try
            {
                await _stream.ShutdownAsync().WaitAsync(FarewellTime).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The peer no longer reads, so close_notify cannot be sent.
                _below.Abort();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or AuthenticationException or System.ComponentModel.Win32Exception)
            {
                // The peer has already closed the connection.
            }
        }

        await _below.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }
}
