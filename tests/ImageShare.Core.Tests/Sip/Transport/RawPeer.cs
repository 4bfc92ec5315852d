using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>Octets in and out, for a peer that need not follow any rule.</summary>
internal static class RawPeer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static string Options(string via, string callId = "c", string rows = "Content-Length: 0\r\n", string method = "OPTIONS") =>
        $"{method} sip:b@h SIP/2.0\r\nVia: {via}\r\nFrom: <sip:a@h>;tag=t\r\nTo: <sip:b@h>\r\nCall-ID: {callId}\r\nCSeq: 1 {method}\r\n{rows}\r\n";

    public static async Task WriteAsync(this IStreamConnection connection, string text) =>
        await connection.Output.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask().WaitAsync(Patience);

    /// <summary>Reads one message.</summary>
    public static async Task<SipMessage> ReadMessageAsync(this IStreamConnection connection)
    {
        var reader = new SipReader();
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync().AsTask().WaitAsync(Patience);
            ReadOnlySequence<byte> rest = read.Buffer;
            OperationStatus status = reader.Read(ref rest, out SipMessage? message);
            connection.Input.AdvanceTo(rest.Start, status == OperationStatus.Done ? rest.Start : rest.End);
            if (status == OperationStatus.Done)
            {
                return message!;
            }

            Assert.That(status == OperationStatus.NeedMoreData && !read.IsCompleted, Is.True, "the stream ended or broke");
        }
    }

    /// <summary>Reads until the end of the stream; a reset is an end too.</summary>
    public static async Task<string> ReadToEndAsync(this IStreamConnection connection)
    {
        var text = new StringBuilder();
        try
        {
            while (true)
            {
                ReadResult read = await connection.Input.ReadAsync().AsTask().WaitAsync(Patience);
                text.Append(Encoding.UTF8.GetString(read.Buffer));
                connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return text.ToString();
                }
            }
        }
        catch (IOException)
        {
            return text.ToString();
        }
    }

    public static async Task SendAsync(this IDatagramSocket socket, string text, IPEndPoint remote) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), remote, CancellationToken.None);

    public static async Task<(string Text, IPEndPoint Remote)> ReceiveAsync(this IDatagramSocket socket)
    {
        byte[] buffer = new byte[65535];
        ReceivedDatagram datagram = await socket.ReceiveAsync(buffer, CancellationToken.None).AsTask().WaitAsync(Patience);
        return (Encoding.UTF8.GetString(buffer.AsSpan(0, datagram.Length)), datagram.Remote);
    }
}
