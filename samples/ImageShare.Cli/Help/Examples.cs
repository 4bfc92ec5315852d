namespace ImageShare.Cli.Help;

/// <summary>A command line or two for each command, as somebody would type them.</summary>
internal static class Examples
{
    public static string[] Of(string command) => command switch
    {
        "demo" => ["demo", "demo cat.png --trace demo.pcapng"],
        "listen" => ["listen --identity sip:bob@ims.example --bind 192.0.2.7:5070", "listen --identity sip:bob@ims.example --accept auto --exec ./arrived.sh"],
        "query" => ["query sip:bob@192.0.2.7:5070 --identity sip:alice@ims.example --bind 192.0.2.5:0"],
        "send" => ["send cat.png sip:bob@127.0.0.1:5070 --identity sip:alice@ims.example", "send 'holiday/*.jpg' sip:bob@provider.example --account alice.json"],
        "offer" => ["offer pictures --identity sip:bob@ims.example --bind 192.0.2.7:5070"],
        "fetch" => ["fetch sip:bob@127.0.0.1:5070 --name cat.png --identity sip:alice@ims.example"],
        "register" => ["register --account bob.json --stay"],
        "doctor" => ["doctor sip:bob@192.0.2.7:5070 --identity sip:alice@ims.example --bind 192.0.2.5:0"],
        "completion" => ["completion bash"],
        "inspect" => ["inspect invite.bin trace.txt capture.pcapng"],
        "ladder" => ["ladder capture.pcapng --svg exchange.svg"],
        _ => [],
    };
}
